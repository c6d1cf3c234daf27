using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Pci;
using Emulator.Snapshots;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Transports;

namespace Emulator.Fuzz;

/// <summary>The PCI transport. Its window has configuration space first, then the structures, the table of messages and the legacy ports.</summary>
internal sealed class PciFuzzTransport : IFuzzTransport
{
    private const ulong StructuresStart = 0x1000;
    private const ulong MessagesStart = 0x5000;
    private const ulong PortsStart = 0x6000;
    private const ulong StructuresAddress = 0x8000_0000;
    private const ulong MessagesAddress = 0x9000_0000;
    private const ulong PortsAddress = 0x1000;
    private const ulong Function = 1 << 15;

    private readonly PciEcamHost _host = new("pcie", 1 << 20);
    private readonly PciAddressWindow _memory;
    private readonly PciAddressWindow _ports;
    private readonly VirtioPciTransport _device;
    private readonly int _queues;

    public PciFuzzTransport(VirtioModel model, bool isTransitional, IInterruptLine line, IMsiTarget messages)
    {
        _queues = model.QueueSizes.Count;
        _memory = new PciAddressWindow("memory", 1ul << 32, _host.Bus, PciSpace.Memory, 0);
        _ports = new PciAddressWindow("ports", 1 << 16, _host.Bus, PciSpace.Ports, 0);
        _device = new VirtioPciTransport("device", model, isTransitional, messages, new UnimplementedAccesses());
        _host.Add(1, 0, _device);
        _host.Bus.Connect([line, line, line, line]);
        Write(0x10, 4, PortsAddress);
        Write(0x14, 4, MessagesAddress);
        Write(0x20, 4, StructuresAddress);
        Write(0x04, 4, 7);
    }

    public int Length => 0x6100;

    public ulong Register(byte number) => number < 0x80 ? StructuresStart + ((ulong)(number << 2) % 0x40) : (ulong)(number << 2) % 0x100;

    public void Write(ulong offset, int size, ulong value)
    {
        (IMmioDevice window, ulong start) = Find(offset);
        _ = window.Write(new BusAccess(start, size, BusInitiator.Cpu(0), Secure: false), value);
    }

    public void Read(ulong offset, int size) => _ = Get(offset, size);

    public void Notify(int queue) => Write(StructuresStart + 0x3000 + (4 * (ulong)queue), 2, (ulong)queue);

    public void Start(ulong ring, ulong features)
    {
        Write(StructuresStart + 0x14, 1, 3);
        for (uint word = 0; word < 2; word++)
        {
            Write(StructuresStart, 4, word);
            Write(StructuresStart + 8, 4, word);
            Write(StructuresStart + 12, 4, Get(StructuresStart + 4, 4) & (uint)(features >> (32 * (int)word)));
        }

        Write(StructuresStart + 0x14, 1, 0xb);
        for (int queue = 0; queue < _queues; queue++)
        {
            Write(StructuresStart + 0x16, 2, (ulong)queue);
            Write(StructuresStart + 0x18, 2, 8);
            Write(StructuresStart + 0x1a, 2, (ulong)queue);
            Write(StructuresStart + 0x20, 8, ring);
            Write(StructuresStart + 0x28, 8, ring + 0x80);
            Write(StructuresStart + 0x30, 8, ring + 0x1000);
            Write(StructuresStart + 0x1c, 2, 1);
        }

        Write(StructuresStart + 0x14, 1, 0xf);
    }

    public void Save(SnapshotWriter writer) => _host.Save(writer);

    public void Load(SnapshotReader reader) => _host.Load(reader);

    public void Dispose() => _device.Dispose();

    private ulong Get(ulong offset, int size)
    {
        (IMmioDevice window, ulong start) = Find(offset);
        return window.Read(new BusAccess(start, size, BusInitiator.Cpu(0), Secure: false)).Value;
    }

    private (IMmioDevice Window, ulong Offset) Find(ulong offset) => offset switch
    {
        < StructuresStart => (_host, Function + offset),
        < MessagesStart => (_memory, StructuresAddress + offset - StructuresStart),
        < PortsStart => (_memory, MessagesAddress + offset - MessagesStart),
        _ => (_ports, PortsAddress + offset - PortsStart),
    };
}
