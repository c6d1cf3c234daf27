using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Transports;

namespace Emulator.Fuzz;

/// <summary>The memory-mapped transport, with or without messages.</summary>
internal sealed class MmioFuzzTransport : IFuzzTransport
{
    private readonly VirtioMmioTransport _device;
    private readonly int _queues;
    private readonly bool _isLegacy;

    public MmioFuzzTransport(VirtioModel model, bool isLegacy, IInterruptLine line, VirtioMmioMessages? messages)
    {
        _queues = model.QueueSizes.Count;
        _isLegacy = isLegacy;
        _device = new VirtioMmioTransport("device", model, isLegacy ? VirtioMmioVersion.Legacy : VirtioMmioVersion.Modern, line, new UnimplementedAccesses(), messages);
    }

    public int Length => 0x200;

    public ulong Register(byte number) => (ulong)(number << 2) % 0x200;

    public void Write(ulong offset, int size, ulong value) => _ = _device.Write(new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false), value);

    public void Read(ulong offset, int size) => _ = Get(offset, size);

    public void Notify(int queue) => Write(0x050, 4, (uint)queue);

    public void Start(ulong ring, ulong features)
    {
        Write(0x070, 4, 3);
        for (uint word = 0; word < 2; word++)
        {
            Write(0x014, 4, word);
            Write(0x024, 4, word);
            Write(0x020, 4, Get(0x010, 4) & (uint)(features >> (32 * (int)word)));
        }

        Write(0x070, 4, 0xb);
        Write(0x028, 4, 4096);
        for (int queue = 0; queue < _queues; queue++)
        {
            Write(0x030, 4, (uint)queue);
            Write(0x038, 4, 8);
            Write(0x03c, 4, 4096);
            Write(0x080, 4, ring);
            Write(0x090, 4, ring + 0x80);
            Write(0x0a0, 4, ring + 0x1000);
            Write(_isLegacy ? 0x040u : 0x044u, 4, _isLegacy ? ring >> 12 : 1);
        }

        Write(0x070, 4, 0xf);
    }

    public void Save(SnapshotWriter writer) => _device.Save(writer);

    public void Load(SnapshotReader reader) => _device.Load(reader);

    public void Dispose() => _device.Dispose();

    private ulong Get(ulong offset, int size) => _device.Read(new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false)).Value;
}
