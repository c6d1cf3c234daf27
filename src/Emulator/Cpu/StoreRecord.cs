using Emulator.Memory;

namespace Emulator.Cpu;

/// <summary>Where in memory a CPU has stored.</summary>
/// <param name="Memory">The memory.</param>
/// <param name="Offset">First byte in it.</param>
/// <param name="Length">How many, at most 8.</param>
/// <param name="Previous">What was there before, its first byte lowest.</param>
internal readonly unsafe record struct StoreRecord(GuestRam Memory, ulong Offset, int Length, ulong Previous)
{
    /// <summary>A store that is about to be done.</summary>
    public static StoreRecord Before(GuestRam memory, ulong offset, int length)
    {
        ulong previous = 0;
        new ReadOnlySpan<byte>(memory.Pointer + offset, length).CopyTo(new Span<byte>(&previous, sizeof(ulong)));
        return new StoreRecord(memory, offset, length, previous);
    }

    /// <summary>Takes the store back.</summary>
    public void Undo()
    {
        ulong previous = Previous;
        Memory.Write(Offset, new ReadOnlySpan<byte>(&previous, Length));
    }
}
