namespace Emulator.Pci;

/// <summary>A base address register.</summary>
/// <param name="Index">Number of its first register, 0 to 5.</param>
/// <param name="Kind">What it decodes.</param>
/// <param name="Length">Length in bytes, a power of two.</param>
/// <param name="Region">What stands behind it.</param>
internal sealed record PciBar(int Index, PciBarKind Kind, ulong Length, IPciRegion Region)
{
    /// <summary>Offset of the register in configuration space.</summary>
    public int Offset => 0x10 + (4 * Index);

    /// <summary>True when the next register holds the upper half.</summary>
    public bool IsWide => Kind is PciBarKind.Memory64 or PciBarKind.PrefetchableMemory64;

    /// <summary>The space that it decodes.</summary>
    public PciSpace Space => Kind == PciBarKind.Ports ? PciSpace.Ports : PciSpace.Memory;
}
