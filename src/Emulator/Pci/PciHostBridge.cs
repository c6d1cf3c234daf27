namespace Emulator.Pci;

/// <summary>
/// The host bridge that QEMU's generic PCI Express host shows at 00:00.0: a conventional function without BARs, whose
/// device-specific registers (from 0x40) keep what is written.
/// </summary>
public sealed class PciHostBridge : PciFunction
{
    /// <summary>Creates the bridge.</summary>
    /// <param name="name">A name unique in the machine.</param>
    public PciHostBridge(string name)
        : base(name, new PciIdentity(Vendor: 0x1b36, Device: 0x0008, ClassCode: 0x06_0000, Revision: 0, SubsystemVendor: 0x1af4, Subsystem: 0x1100), ConventionalLength)
    {
        DefineScratch(HeaderLength, ConventionalLength - HeaderLength);
    }
}
