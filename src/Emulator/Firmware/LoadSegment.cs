using Emulator.Boards;

namespace Emulator.Firmware;

/// <summary>Bytes that stand in memory before the first instruction, and again after a reset when they are in RAM.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Region">The RAM or flash that holds them all.</param>
/// <param name="Address">First physical address.</param>
/// <param name="Data">The bytes.</param>
/// <param name="Length">Length in memory; what follows <paramref name="Data"/> is zero.</param>
internal sealed record LoadSegment(string Name, BoardRegion Region, ulong Address, ReadOnlyMemory<byte> Data, ulong Length)
{
    /// <summary>The first address after it.</summary>
    public ulong End => Address + Length;
}
