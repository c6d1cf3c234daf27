using System.Buffers.Binary;
using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Tests.Devices;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Net;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Transports;

/// <summary>
/// What Zephyr's drivers do (4.2 and later: drivers/virtio, drivers/entropy/entropy_virtio.c, drivers/ethernet/eth_virtio_net.c), register by register: features one bit at a time, status by reading
/// and writing back, the smallest rings that there can be, one behind the other without gaps, and queues of no entries.
/// </summary>
internal sealed class ZephyrDriverTests
{
    private const ulong RingArea = GuestMemory.Base + 0x1000;
    private const ulong Buffers = GuestMemory.Base + 0x2_0000;
    private const int HeaderLength = 12;
    private const int FrameBufferLength = 1500 + 14 + HeaderLength;
    private const int ReceiveBuffers = 4;
    private const int VersionOne = 32;
    private const uint QueueSizeMax = 0x034;

    private readonly ulong[] _rings = new ulong[2];
    private readonly int[] _sizes = new int[2];
    private readonly uint[] _features = new uint[2];
    private DeviceWorld _world = null!;
    private GuestMemory _memory = null!;
    private RecordedLine _line = null!;
    private VirtioMmioTransport _transport = null!;

    [SetUp]
    public void SetUp()
    {
        _world = new DeviceWorld();
        _memory = new GuestMemory();
        _line = new RecordedLine();
        Array.Clear(_features);
    }

    [TearDown]
    public void TearDown()
    {
        _transport.Dispose();
        _memory.Dispose();
    }

    [Test]
    public void EntropyDriverGetsAsManyNumbersAsItAsksFor([Values] bool readsFeaturesBack, [Values(1, 16, 4096)] int length)
    {
        Create(new VirtioEntropy(Settings("virtio-rng"), new MachineRandom(1, "test")));
        Initialize(readsFeaturesBack);
        CommitFeatures();
        SetQueues(1, _ => 1);
        WriteStatusBit(VirtioStatus.DriverOk);

        for (ushort request = 0; request < 3; request++)
        {
            AddBuffer(0, 0, Buffers, length, isWritable: true);
            Notify(0);

            Assert.That(Interrupt(), Is.EqualTo(1u));
            Assert.That(Used(0, request), Is.EqualTo((0u, (uint)length)));
            Assert.That(_memory.Read(Buffers, length), length > 1 ? Has.Some.Not.Zero : Is.Not.Null);
        }

        Assert.That(_line.Level, Is.False);
        Assert.That(_transport.Counters.Faults, Is.Zero);
        Assert.That(_world.Unimplemented.Counts, Is.Empty);
    }

    [Test]
    public void NetworkDriverSendsAndReceives()
    {
        byte[] frame = [0x52, 0x54, 0, 1, 2, 3, 0x52, 0x54, 0, 9, 9, 9, 0x08, 0x06, .. new byte[46]];
        var link = new RecordingLink();
        Create(new VirtioNet(Settings("virtio-net"), link, [0x52, 0x54, 0, 1, 2, 3]));
        Initialize(readsFeaturesBack: false);
        CommitFeatures();
        SetQueues(2, queue => queue % 2 == 0 ? ReceiveBuffers : 1);
        WriteStatusBit(VirtioStatus.DriverOk);
        for (int i = 0; i < ReceiveBuffers; i++)
        {
            AddBuffer(0, i, BufferOf(i), FrameBufferLength, isWritable: true);
            Notify(0);
        }

        // Each buffer that has been received into is offered again, with more frames than the ring has entries.
        for (ushort i = 0; i < 2 * ReceiveBuffers; i++)
        {
            link.Adapter!.Receive(frame);
            Assert.That(Interrupt(), Is.EqualTo(1u));
            (uint head, uint written) = Used(0, i);
            Assert.That((head, written), Is.EqualTo(((uint)(i % ReceiveBuffers), (uint)(HeaderLength + frame.Length))));
            Assert.That(_memory.Read(BufferOf((int)head) + HeaderLength, frame.Length), Is.EqualTo(frame));
            AddBuffer(0, (int)head, BufferOf((int)head), FrameBufferLength, isWritable: true);
            Notify(0);
        }

        for (ushort i = 0; i < 3; i++)
        {
            link.Sent = null;
            _memory.Write(BufferOf(ReceiveBuffers), [.. new byte[HeaderLength], .. frame]);
            AddBuffer(1, 0, BufferOf(ReceiveBuffers), HeaderLength + frame.Length, isWritable: false);
            Notify(1);
            Assert.That(link.Sent, Is.EqualTo(frame));
            Assert.That(Interrupt(), Is.EqualTo(1u));
            Assert.That(Used(1, i).Id, Is.Zero);
        }

        Assert.That(_transport.Counters.Faults, Is.Zero);
        Assert.That(_world.Unimplemented.Counts, Is.Empty);
    }

    [Test]
    public void QueueWithoutEntriesThatIsMadeReadyDoesNoHarm()
    {
        Create(new VirtioNet(Settings("virtio-net"), new RecordingLink(), [0x52, 0x54, 0, 1, 2, 3]));
        Initialize(readsFeaturesBack: false);
        CommitFeatures();
        SetQueues(2, queue => queue);
        string before = _memory.Fingerprint();

        WriteStatusBit(VirtioStatus.DriverOk);

        Assert.That(_transport.Read32(VirtioMmioDriver.Status) & (uint)VirtioStatus.NeedsReset, Is.Zero);
        Assert.That(_memory.Fingerprint(), Is.EqualTo(before));
    }

    private static ulong BufferOf(int index) => Buffers + (0x800 * (ulong)index);

    private VirtioModelSettings Settings(string name) => new(name, _memory.View, _world.Clock);

    private void Create(IVirtioBackend backend) => _transport = new VirtioMmioTransport(backend is VirtioNet ? "virtio-net" : "virtio-rng", backend, VirtioMmioVersion.Modern, _line, _world.Unimplemented);

    // virtio_mmio_init_common. Its first release read DriverFeatures, which is to be written only, to add a bit to it.
    private void Initialize(bool readsFeaturesBack)
    {
        Assert.That(_transport.Read32(0x000), Is.EqualTo(0x7472_6976));
        Assert.That(_transport.Read32(0x004), Is.EqualTo(2));
        Assert.That(_transport.Read32(0x008), Is.Not.Zero);
        _ = _transport.Read32(0x00c);
        _transport.Write32(VirtioMmioDriver.Status, 0);
        Assert.That(_transport.Read32(VirtioMmioDriver.Status), Is.Zero);
        WriteStatusBit(VirtioStatus.Acknowledge);
        WriteStatusBit(VirtioStatus.Driver);
        WriteFeature(VersionOne, readsFeaturesBack);
    }

    private void WriteFeature(int bit, bool readsBack)
    {
        uint mask = 1u << (bit % 32);
        _transport.Write32(VirtioMmioDriver.DriverFeaturesSel, (uint)bit / 32);
        ref uint shadow = ref _features[bit / 32];
        shadow = (readsBack ? _transport.Read32(VirtioMmioDriver.DriverFeatures) : shadow) | mask;
        _transport.Write32(VirtioMmioDriver.DriverFeatures, shadow);
    }

    private void WriteStatusBit(VirtioStatus bit) => _transport.Write32(VirtioMmioDriver.Status, _transport.Read32(VirtioMmioDriver.Status) | (uint)bit);

    private void CommitFeatures()
    {
        WriteStatusBit(VirtioStatus.FeaturesOk);
        Assert.That(_transport.Read32(VirtioMmioDriver.Status) & (uint)VirtioStatus.FeaturesOk, Is.Not.Zero);
    }

    // virtq_create puts the three parts of a ring one behind the other, as close as their alignment allows.
    private void SetQueues(int count, Func<int, int> sizeOf)
    {
        ulong next = RingArea;
        for (int queue = 0; queue < count; queue++)
        {
            _transport.Write32(VirtioMmioDriver.QueueSel, (uint)queue);
            _ = _transport.Read32(QueueSizeMax);
            int size = sizeOf(queue);
            (_rings[queue], _sizes[queue]) = (next, size);
            _transport.Write32(VirtioMmioDriver.QueueSel, (uint)queue);
            Assert.That(_transport.Read32(QueueSizeMax), Is.GreaterThanOrEqualTo((uint)size));
            _transport.Write32(VirtioMmioDriver.QueueSize, (uint)size);
            WriteAddress(VirtioMmioDriver.QueueDescLow, next);
            WriteAddress(VirtioMmioDriver.QueueDriverLow, AvailableOf(queue));
            WriteAddress(VirtioMmioDriver.QueueDeviceLow, UsedOf(queue));
            _transport.Write32(VirtioMmioDriver.QueueReady, 1);
            next = (UsedOf(queue) + 6 + (8 * (ulong)size) + 15) & ~15UL;
        }
    }

    private ulong AvailableOf(int queue) => _rings[queue] + (16 * (ulong)_sizes[queue]);

    private ulong UsedOf(int queue) => (AvailableOf(queue) + 6 + (2 * (ulong)_sizes[queue]) + 3) & ~3UL;

    private void WriteAddress(ulong register, ulong address)
    {
        _transport.Write32(register, (uint)address);
        _transport.Write32(register + 4, (uint)(address >> 32));
    }

    private void AddBuffer(int queue, int descriptor, ulong address, int length, bool isWritable)
    {
        byte[] entry = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, address);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(8), length);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(12), isWritable ? (ushort)2 : (ushort)0);
        _memory.Write(_rings[queue] + (16 * (ulong)descriptor), entry);
        ushort index = BinaryPrimitives.ReadUInt16LittleEndian(_memory.Read(AvailableOf(queue) + 2, 2));
        byte[] word = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(word, (ushort)descriptor);
        _memory.Write(AvailableOf(queue) + 4 + (2 * (ulong)(index % _sizes[queue])), word);
        BinaryPrimitives.WriteUInt16LittleEndian(word, (ushort)(index + 1));
        _memory.Write(AvailableOf(queue) + 2, word);
    }

    private void Notify(uint queue) => _transport.Write32(VirtioMmioDriver.QueueNotify, queue);

    // virtio_mmio_isr: what the device tells is acknowledged as it is.
    private uint Interrupt()
    {
        Assert.That(_line.Level, Is.True);
        uint status = _transport.Read32(VirtioMmioDriver.InterruptStatus);
        _transport.Write32(VirtioMmioDriver.InterruptAck, status);
        Assert.That(_line.Level, Is.False);
        return status;
    }

    private (uint Id, uint Length) Used(int queue, ushort index)
    {
        Assert.That(BinaryPrimitives.ReadUInt16LittleEndian(_memory.Read(UsedOf(queue) + 2, 2)), Is.EqualTo(index + 1));
        byte[] element = _memory.Read(UsedOf(queue) + 4 + (8 * (ulong)(index % _sizes[queue])), 8);
        return (BinaryPrimitives.ReadUInt32LittleEndian(element), BinaryPrimitives.ReadUInt32LittleEndian(element.AsSpan(4)));
    }

    private sealed class RecordingLink : INetworkLink
    {
        public INetworkAdapter? Adapter { get; private set; }

        public byte[]? Sent { get; set; }

        public void Connect(INetworkAdapter adapter, IMachineClock clock, string name) => Adapter = adapter;

        public void Transmit(ReadOnlySpan<byte> frame) => Sent = frame.ToArray();

        public void Save(SnapshotWriter writer)
        {
        }

        public void Load(SnapshotReader reader)
        {
        }
    }
}
