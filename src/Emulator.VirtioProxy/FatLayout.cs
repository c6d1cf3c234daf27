using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy;

/// <summary>
/// An area that holds one queue and its buffers (docs/virtio-proxy.md, section 5, "Fat areas"): the table, the rings, and a slot for each descriptor, which is all that the descriptor can name.
/// </summary>
/// <param name="Size">Entries of the queue, from 1 to 32768.</param>
/// <param name="Length">Length of the area in bytes.</param>
internal readonly record struct FatLayout(int Size, ulong Length)
{
    private const int WordAlignment = 4;
    private const int SlotAlignment = 64;

    /// <summary>Where the available ring begins; the table is in front of it.</summary>
    public int Available => Descriptor.Size * Size;

    /// <summary>Where the used ring begins.</summary>
    public int Used => RoundUp(Available + 6 + (2 * Size), WordAlignment);

    /// <summary>Where the first slot begins.</summary>
    public int Slots => RoundUp(Used + 6 + (8 * Size), SlotAlignment);

    /// <summary>Length of a slot: what is left of the area, in equal parts of whole 64 bytes; 0 when nothing is left.</summary>
    public uint SlotLength => Length <= (ulong)Slots ? 0 : (uint)Math.Min((Length - (ulong)Slots) / (ulong)Size, uint.MaxValue) / SlotAlignment * SlotAlignment;

    /// <summary>The queue, when the area begins at an address.</summary>
    public VirtqueueSettings At(ulong address) => new(Size, address, address + (ulong)Available, address + (ulong)Used);

    /// <summary>The buffers that descriptors of the queue can name.</summary>
    public DescriptorSlots SlotsAt(ulong address) => new(address + (ulong)Slots, SlotLength);

    private static int RoundUp(int length, int alignment) => (length + alignment - 1) / alignment * alignment;
}
