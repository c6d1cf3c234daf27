using Emulator.Snapshots;

namespace Emulator.Pci;

/// <summary>
/// The function by which guests test that their accesses reach a device: QEMU's pci-testdev (QEMU, docs/specs/pci-testdev), with tests behind a memory register and behind an I/O register.
/// It has no interrupt.
/// </summary>
internal sealed class PciTestDevice : PciEndpoint
{
    private const int MemoryLength = 0x1000;
    private const int PortsLength = 0x100;
    private const int InterruptPinOffset = 0x3d;

    private readonly PciTestRegisters _memory = new("mmio", MemoryLength, first: 0);
    private readonly PciTestRegisters _ports = new("portio", PortsLength, first: PciTestRegisters.TestCount);

    /// <summary>Creates the function.</summary>
    /// <param name="name">A name unique in the machine.</param>
    public PciTestDevice(string name)
        : base(name, new PciIdentity(Vendor: 0x1b36, Device: 0x0005, ClassCode: 0x00_ff00, Revision: 0, SubsystemVendor: 0x1af4, Subsystem: 0x1100))
    {
        Define(InterruptPinOffset, 1, 0);
        AddBar(0, PciBarKind.Memory32, MemoryLength, _memory);
        AddBar(1, PciBarKind.Ports, PortsLength, _ports);
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _memory.Reset();
        _ports.Reset();
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        base.Save(writer);
        _memory.Save(writer);
        _ports.Save(writer);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        base.Load(reader);
        _memory.Load(reader);
        _ports.Load(reader);
    }
}
