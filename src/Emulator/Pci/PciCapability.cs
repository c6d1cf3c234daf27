namespace Emulator.Pci;

/// <summary>Identities of capabilities (PCI Code and ID Assignment, section 2).</summary>
internal enum PciCapability : byte
{
    /// <summary>Vendor-specific; virtio tells by them where its structures are.</summary>
    VendorSpecific = 0x09,

    /// <summary>MSI-X.</summary>
    MessageSignalledExtended = 0x11,
}
