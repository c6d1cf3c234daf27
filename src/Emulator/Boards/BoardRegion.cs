namespace Emulator.Boards;

/// <summary>A window of the memory map.</summary>
/// <param name="Name">A stable name, unique on the board.</param>
/// <param name="Kind">What stands there.</param>
/// <param name="Base">First physical address.</param>
/// <param name="Length">Length in bytes.</param>
public sealed record BoardRegion(string Name, BoardRegionKind Kind, ulong Base, ulong Length)
{
    /// <summary>The first address after it.</summary>
    public ulong End => Base + Length;

    /// <summary>True when only the secure state sees it.</summary>
    public bool IsSecureOnly { get; init; }

    /// <summary>Its interrupt lines in the device's order; empty when it has none.</summary>
    public IReadOnlyList<BoardInterrupt> Interrupts { get; init; } = [];

    /// <summary>What it is, in a few words.</summary>
    public string Summary { get; init; } = "";

    /// <summary>True when a range lies wholly inside.</summary>
    /// <param name="address">First address of the range.</param>
    /// <param name="length">Its length in bytes.</param>
    public bool Contains(ulong address, ulong length) => address >= Base && length <= Length && address - Base <= Length - length;
}
