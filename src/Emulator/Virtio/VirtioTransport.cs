namespace Emulator.Virtio;

/// <summary>How a guest reaches a virtio device.</summary>
public enum VirtioTransport
{
    /// <summary>Registers in memory (virtio 1.3, section 4.2).</summary>
    Mmio,

    /// <summary>A function on the PCI bus, for drivers of the standard and of before (virtio 1.3, section 4.1).</summary>
    Pci,
}
