namespace Emulator.Pci;

/// <summary>The address spaces of a PCI bus beside configuration space.</summary>
internal enum PciSpace
{
    /// <summary>Input and output ports.</summary>
    Ports,

    /// <summary>Memory.</summary>
    Memory,
}
