using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Virtio;
using Emulator.Virtio.Queues;
using Emulator.Virtio.Transports;

namespace Emulator.Fuzz.Transports;

/// <summary>The memory-mapped transport under test.</summary>
/// <param name="backend">What stands behind it.</param>
/// <param name="version">Which interface it has.</param>
/// <param name="line">Its interrupt.</param>
/// <param name="messages">Its extension by messages, or null.</param>
internal sealed class FuzzedMmio(IVirtioBackend backend, VirtioMmioVersion version, IInterruptLine line, VirtioMmioMessages? messages) : IFuzzedTransport
{
    private const uint PageSize = 4096;

    // Acknowledgement, selections, QueueReset, the registers for messages in both layouts, doorbells.
    private static readonly (ulong Offset, int Size)[] s_choices =
    [
        (0x064, 4), (0x014, 4), (0x030, 4), (0x0ac, 4), (0x0c0, 4), (0x0c8, 4), (0x0c8, 4), (0x0c8, 4), (0x0d0, 4), (0x0d4, 4), (0x0d8, 4), (0x0dc, 4),
        (0x0c0, 2), (0x0c2, 2), (0x0c2, 2), (0x0c4, 4), (0x0cc, 4), (0x180, 4), (0x184, 4),
    ];

    private readonly VirtioMmioTransport _device = new("device", backend, version, line, new UnimplementedAccesses(), messages);

    /// <inheritdoc/>
    public void Reset() => _device.Reset(ResetKind.Warm);

    /// <inheritdoc/>
    public void WriteRegister(ulong offset, uint value) => _ = _device.Write(new BusAccess(offset, 4, BusInitiator.Cpu(0), Secure: false), value);

    /// <inheritdoc/>
    public void Write(ushort place, int size, uint value) => _ = _device.Write(AccessOf(place, size), value | ((ulong)value << 32));

    /// <inheritdoc/>
    public void Read(ushort place, int size)
    {
        BusAccess access = AccessOf(place, size);
        _ = _device.IsPollable(access);
        _ = _device.Read(access);
    }

    /// <inheritdoc/>
    public void WriteConfiguration(ushort place, int size, uint value) => Write((ushort)(0x100 | place), size, value);

    /// <inheritdoc/>
    public void ReadConfiguration(ushort place, int size) => Read((ushort)(0x100 | place), size);

    /// <inheritdoc/>
    public void Configure(int which, uint value)
    {
        (ulong offset, int size) = s_choices[which % s_choices.Length];
        _ = _device.Write(new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false), value);
        for (ulong register = 0x060; register < 0x100; register += 4)
        {
            _ = _device.Read(new BusAccess(register, 4, BusInitiator.Cpu(0), Secure: false));
        }
    }

    /// <inheritdoc/>
    public void Notify(uint queue) => WriteRegister(0x050, queue);

    /// <inheritdoc/>
    public ulong Negotiate(ulong unwanted)
    {
        WriteRegister(0x070, 0);
        WriteRegister(0x070, 3);
        ulong features = 0;
        for (uint word = 0; word < 2; word++)
        {
            WriteRegister(0x014, word);
            features |= _device.Read(new BusAccess(0x010, 4, BusInitiator.Cpu(0), Secure: false)).Value << (32 * (int)word);
        }

        features &= ~unwanted;
        for (uint word = 0; word < 2; word++)
        {
            WriteRegister(0x024, word);
            WriteRegister(0x020, (uint)(features >> (32 * (int)word)));
        }

        WriteRegister(0x070, 0xb);
        return features;
    }

    /// <inheritdoc/>
    public int? FixedSize(int queue) => null;

    /// <inheritdoc/>
    public void StartQueue(int queue, in VirtqueueSettings settings)
    {
        WriteRegister(0x030, (uint)queue);
        WriteRegister(0x038, (uint)settings.Size);
        if (version == VirtioMmioVersion.Legacy)
        {
            WriteRegister(0x028, PageSize);
            WriteRegister(0x03c, PageSize);
            WriteRegister(0x040, (uint)(settings.DescriptorArea / PageSize));
            return;
        }

        WriteRegister(0x080, (uint)settings.DescriptorArea);
        WriteRegister(0x090, (uint)settings.DriverArea);
        WriteRegister(0x0a0, (uint)settings.DeviceArea);
        WriteRegister(0x044, 1);
    }

    /// <inheritdoc/>
    public void SetReady() => WriteRegister(0x070, 0xf);

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer) => _device.Save(writer);

    /// <inheritdoc/>
    public void Load(SnapshotReader reader) => _device.Load(reader);

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    private static BusAccess AccessOf(ushort place, int size) =>
        new(place % (VirtioMmioTransport.WindowLength + 1 - (ulong)size), size, BusInitiator.Cpu(0), Secure: false);
}
