using Emulator.Fuzz.Transports;
using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Testing.Virtio;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Transports;

namespace Emulator.Fuzz;

/// <summary>A machine with a device under test and little else, and the device's driver.</summary>
internal sealed class World : IInstructionCounter, IInterruptLine, IMsiTarget, IDisposable
{
    /// <summary>Where RAM begins. It has the rings, 16 KiB for each queue, then buffers.</summary>
    public const ulong RamBase = 0x4000_0000;

    /// <summary>Its length.</summary>
    public const int RamLength = 0x4_0000;

    private const int RingDistance = 0x4000;
    private const int MostQueues = 8;
    private const int BuffersOffset = MostQueues * RingDistance;
    private const int UsualSize = 8;
    private const int MostPieces = 3;
    private const long Latency = 100;

    private readonly GuestRam _ram;
    private readonly SystemBus _bus = new();
    private readonly DmaView _memory;
    private readonly FuzzDevice _kind;
    private readonly int _options;
    private readonly VirtqueueDriver?[] _drivers = new VirtqueueDriver?[MostQueues];
    private readonly Dictionary<(int Queue, int Id), uint> _rooms = [];
    private VirtualClock _clock = null!;
    private VirtioModel _model = null!;
    private IFuzzedTransport _transport = null!;
    private int _nextBuffer = BuffersOffset;
    private bool _isGood;

    /// <summary>Makes the machine.</summary>
    /// <param name="ram">Its RAM, all zeros.</param>
    /// <param name="kind">The device.</param>
    /// <param name="options">The transport in the low three bits, then whether requests take time.</param>
    public World(GuestRam ram, FuzzDevice kind, int options)
    {
        _ram = ram;
        _kind = kind;
        _options = options;
        _isGood = !kind.MayClearRings;
        _bus.MapRam(RamBase, ram);
        _bus.MapDevice(0x0900_0000, new VirtioMmioEmptySlot("forbidden"));
        _memory = new DmaView(_bus, BusInitiator.VirtioMmio(0));
        CreateDevice();
    }

    /// <inheritdoc/>
    public long RetiredInstructions { get; private set; }

    /// <summary>The transport under test.</summary>
    public IFuzzedTransport Transport => _transport;

    /// <summary>Stops looking at what the device tells the driver: the driver is none that the device owes anything to.</summary>
    public void BeBad() => _isGood = false;

    /// <summary>Does what a good driver does first.</summary>
    /// <param name="how">Bit 0: with packed rings; bit 1: without event index; bit 2: without tables; bit 3: with half of the queues.</param>
    /// <param name="unwanted">Features of the device type that it does not know.</param>
    public void Start(int how, byte unwanted)
    {
        ulong without = ((how & 1) != 0 ? 0 : VirtioFeatures.PackedRing) | ((how & 2) != 0 ? VirtioFeatures.EventIndex : 0) | ((how & 4) != 0 ? VirtioFeatures.IndirectDescriptors : 0);
        ulong features = _transport.Negotiate(without | unwanted | ((ulong)unwanted << 9));
        _rooms.Clear();
        Array.Clear(_drivers);
        int queues = Math.Min(_model.QueueSizes.Count, MostQueues);
        for (int queue = 0; queue < ((how & 8) != 0 ? (queues + 1) / 2 : queues); queue++)
        {
            VirtqueueDriver driver = VirtqueueDriver.Create(
                _memory,
                RamBase + (ulong)(queue * RingDistance),
                _transport.FixedSize(queue) ?? UsualSize,
                (features & VirtioFeatures.PackedRing) != 0,
                (features & VirtioFeatures.EventIndex) != 0);
            _drivers[queue] = driver;
            _transport.StartQueue(queue, driver.Settings);
        }

        _transport.SetReady();
    }

    /// <summary>Makes a request available, and notifies the device.</summary>
    /// <param name="queue">Where.</param>
    /// <param name="content">What the device reads first.</param>
    /// <param name="padding">Zeros that it reads then.</param>
    /// <param name="room">Bytes that it can write.</param>
    /// <param name="cuts">How both are cut into buffers, in two bits each, and whether with a table.</param>
    public void Request(int queue, ReadOnlySpan<byte> content, int padding, int room, int cuts)
    {
        if (_drivers[queue % MostQueues] is not { } driver)
        {
            return;
        }

        queue %= MostQueues;
        int readable = content.Length + padding;
        ulong at = Allocate(16 * 2 * MostPieces);
        ulong data = Allocate(readable + room);
        WriteMemory((int)(data - RamBase), content);
        Span<DriverBuffer> buffers = stackalloc DriverBuffer[2 * MostPieces];
        int count = 0;
        Cut(buffers, ref count, data, readable, cuts, isWritable: false);
        Cut(buffers, ref count, data + (ulong)readable, room, cuts >> 2, isWritable: true);
        if (count == 0)
        {
            return;
        }

        int id = driver.Add(buffers[..count], (cuts & 0x10) != 0 ? at : 0);
        if (id >= 0)
        {
            _rooms[(queue, id)] = (uint)room;
        }

        if (driver.NeedsKick() || (cuts & 0x20) != 0)
        {
            _transport.Notify((uint)queue);
        }

        TakeUsed();
    }

    /// <summary>Looks at what the device is done with.</summary>
    public void TakeUsed()
    {
        for (int queue = 0; queue < MostQueues && _isGood; queue++)
        {
            while (_drivers[queue] is { } driver && driver.TryTakeUsed(out UsedBuffer used))
            {
                if (!_rooms.Remove((queue, used.Id), out uint room) || used.Written > room)
                {
                    throw new InvalidOperationException($"chain {used.Id} of queue {queue} had room for {room} bytes, and the device has written {used.Written}");
                }

                driver.EnableInterrupts();
            }
        }
    }

    /// <summary>Writes bytes to RAM.</summary>
    public void WriteMemory(int offset, ReadOnlySpan<byte> bytes)
    {
        if (offset < RamLength)
        {
            _ram.Write((ulong)offset, bytes[..Math.Min(bytes.Length, RamLength - offset)]);
        }
    }

    /// <summary>Lets something happen outside.</summary>
    public void Poke(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            _kind.Poke?.Invoke(_model, value);
        }
    }

    /// <summary>Resets the device with its machine; its driver is gone then.</summary>
    public void Reset()
    {
        _transport.Reset();
        Array.Clear(_drivers);
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(int nanoseconds)
    {
        RetiredInstructions += nanoseconds;
        _clock.FireDueTimers();
    }

    /// <summary>Goes on with another device that is made from what this one saves.</summary>
    public void SaveAndLoad()
    {
        byte[] saved = State();
        if (_kind.IsRepeatable)
        {
            _transport.Dispose();
            CreateDevice();
        }

        var reader = new SnapshotReader(saved);
        _clock.Load(reader);
        foreach (ISnapshotState part in _kind.Surroundings(_model))
        {
            part.Load(reader);
        }

        _transport.Load(reader);
        if (!State().AsSpan().SequenceEqual(saved))
        {
            throw new InvalidOperationException("a device that was loaded saves something else");
        }
    }

    /// <summary>All of the device's state.</summary>
    public byte[] State()
    {
        var writer = new SnapshotWriter();
        _clock.Save(writer);
        foreach (ISnapshotState part in _kind.Surroundings(_model))
        {
            part.Save(writer);
        }

        _transport.Save(writer);
        return writer.ToArray();
    }

    /// <summary>The device may reach RAM only.</summary>
    public void CheckNothingElseWasTouched()
    {
        if (_bus.DeviceAccesses != 0)
        {
            throw new InvalidOperationException("the device has touched another device");
        }

        if (!_kind.IsContained())
        {
            throw new InvalidOperationException("the device has done something on the host that it must not do");
        }
    }

    /// <inheritdoc/>
    public void Set(bool level)
    {
        // The line's level is no matter here.
    }

    /// <inheritdoc/>
    public BusStatus Send(ulong address, uint data, BusInitiator initiator) => address == 0 ? BusStatus.Error : BusStatus.Ok;

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private void CreateDevice()
    {
        _clock = new VirtualClock(this);
        var settings = new VirtioModelSettings("device", _memory, _clock) { RingFeatures = VirtioFeatures.Rings, Latency = (_options & 8) != 0 ? Latency : 0 };
        _model = _kind.Create(settings);
        _transport = FuzzedTransports.Create(_options & 7, _model, VirtioPciTransport.HasLegacyInterface(_model.DeviceType), this, this);
    }

    private ulong Allocate(int length)
    {
        int rounded = (length + 15) & ~15;
        if (_nextBuffer + rounded > RamLength)
        {
            _nextBuffer = BuffersOffset;
        }

        int at = _nextBuffer;
        _nextBuffer += rounded;
        return RamBase + (ulong)at;
    }

    private static void Cut(Span<DriverBuffer> buffers, ref int count, ulong address, int length, int cuts, bool isWritable)
    {
        int pieces = Math.Min(1 + (cuts & 3) % MostPieces, length);
        for (int piece = 0; piece < pieces; piece++)
        {
            // The first pieces are short, as headers are.
            int part = piece == pieces - 1 ? length : Math.Min(length - (pieces - 1 - piece), 1 + (7 * piece) + cuts % 17);
            buffers[count++] = new DriverBuffer(address, (uint)part, isWritable);
            address += (ulong)part;
            length -= part;
        }
    }
}
