namespace Emulator.Pci;

/// <summary>What a PCI function says it is.</summary>
/// <param name="Vendor">Vendor ID.</param>
/// <param name="Device">Device ID.</param>
/// <param name="ClassCode">Class, subclass and programming interface, in 24 bits: 0x060000 is a host bridge.</param>
/// <param name="Revision">Revision ID.</param>
/// <param name="SubsystemVendor">Subsystem Vendor ID.</param>
/// <param name="Subsystem">Subsystem ID.</param>
public readonly record struct PciIdentity(
    ushort Vendor,
    ushort Device,
    uint ClassCode,
    byte Revision,
    ushort SubsystemVendor,
    ushort Subsystem);
