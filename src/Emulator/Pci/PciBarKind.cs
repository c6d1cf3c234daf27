namespace Emulator.Pci;

/// <summary>What a base address register decodes: its low bits (PCI Local Bus 3.0, section 6.2.5.1).</summary>
internal enum PciBarKind
{
    /// <summary>Memory below 4 GiB.</summary>
    Memory32 = 0b0000,

    /// <summary>Input and output ports.</summary>
    Ports = 0b0001,

    /// <summary>Memory anywhere; takes two registers.</summary>
    Memory64 = 0b0100,

    /// <summary>Memory anywhere that may be prefetched; takes two registers.</summary>
    PrefetchableMemory64 = 0b1100,
}
