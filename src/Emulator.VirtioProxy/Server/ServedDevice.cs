using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Server;

/// <summary>A device model that is served to a front end: status, features, configuration and queues as messages see them. Calls come one at a time, under the server's lock.</summary>
internal sealed partial class ServedDevice : IVirtioBackendHost, IVirtqueueRings, IDisposable
{
    private readonly IVirtioBackend _backend;
    private readonly VirtioModelSettings _settings;
    private readonly ServedClock _clock = new();
    private readonly ChainMemory _memory = new();
    private readonly ChainRing?[] _rings;
    private readonly bool[] _isStarted;
    private readonly VirtqueueSettings[] _queues;
    private ulong _driverFeatures;
    private bool _hasFeatures;

    /// <summary>Creates a device that nobody drives.</summary>
    /// <param name="number">Its number, <c>dev_num</c>.</param>
    /// <param name="kind">What it is, for people.</param>
    /// <param name="create">Makes the model.</param>
    public ServedDevice(ushort number, string kind, Func<VirtioModelSettings, IVirtioBackend> create)
    {
        Number = number;
        _settings = new VirtioModelSettings($"{kind}:{number}", _memory.View, _clock) { Rings = this, RingFeatures = 0 };
        _backend = create(_settings);
        _rings = new ChainRing?[_backend.QueueSizes.Count];
        _queues = new VirtqueueSettings[_rings.Length];
        _isStarted = new bool[_rings.Length];
        Counters = new VirtioCounters(_rings.Length);
        _backend.Connect(this);
        ResetQueues();
    }

    /// <summary>Its number.</summary>
    public ushort Number { get; }

    /// <summary>Who drives it, or null.</summary>
    public BackEndSession? Session { get; set; }

    /// <summary>Where the front end has put it, once that is known.</summary>
    public ProxySlot? Slot { get; set; }

    /// <inheritdoc/>
    public VirtioCounters Counters { get; }

    /// <inheritdoc/>
    public VirtioTrace? Trace => null;

    /// <summary>What it tells of itself.</summary>
    public Payloads.DeviceInfo Info => new((uint)_backend.DeviceType, VendorId: 0, FeatureBits: 64, (uint)_backend.ConfigurationLength, (uint)_rings.Length, 0, 0);

    /// <summary>What it offers.</summary>
    public ulong Features => _backend.Features | VirtioFeatures.Version1;

    /// <summary>The device status.</summary>
    public VirtioStatus Status { get; private set; }

    /// <summary>Changes with the configuration.</summary>
    public uint Generation { get; private set; }

    /// <summary>Length of the configuration space in bytes.</summary>
    public int ConfigurationLength => _backend.ConfigurationLength;

    /// <summary>True while a queue is started.</summary>
    public bool HasStartedQueues => Array.IndexOf(_isStarted, true) >= 0;

    /// <summary>True when there is such a queue.</summary>
    public bool HasQueue(uint queue) => queue < (uint)_rings.Length;

    /// <summary>What is known of a queue.</summary>
    public Payloads.Queue Queue(int queue) => new(
        (uint)queue, (uint)_backend.QueueSizes[queue], (uint)(_isStarted[queue] ? _queues[queue].Size : 0), 0,
        _queues[queue].DescriptorArea, _queues[queue].DriverArea, _queues[queue].DeviceArea);

    /// <summary>Sets 32 of the driver's features.</summary>
    public void SetDriverFeatures(uint block, uint bits)
    {
        if (block < 2 && !_hasFeatures)
        {
            int shift = 32 * (int)block;
            _driverFeatures = (_driverFeatures & ~((ulong)uint.MaxValue << shift)) | ((ulong)bits << shift);
        }
    }

    /// <summary>Sets the status; 0 is a reset.</summary>
    public void SetStatus(VirtioStatus status)
    {
        if (status == VirtioStatus.None)
        {
            Reset();
            return;
        }

        bool agrees = (status & ~Status & VirtioStatus.FeaturesOk) != 0;
        if (agrees)
        {
            bool canAccept = (_driverFeatures & ~Features) == 0 && (_driverFeatures & VirtioFeatures.Version1) != 0;
            _hasFeatures = canAccept && _backend.SetFeatures(_driverFeatures) == BackendAnswer.Done;
            status = _hasFeatures ? status : status & ~VirtioStatus.FeaturesOk;
        }

        VirtioStatus broken = Status & VirtioStatus.NeedsReset;
        _ = _backend.SetStatus(status);
        Status = status | broken | (Status & VirtioStatus.NeedsReset);
        _clock.Run();
    }

    /// <summary>Starts a queue; requests come in messages, or the ring lies in an area.</summary>
    public ResultCode StartQueue(in Payloads.Queue queue)
    {
        if (!HasQueue(queue.Index))
        {
            return ResultCode.Malformed;
        }

        int index = (int)queue.Index;
        StopQueue(index);
        _queues[index] = new VirtqueueSettings((int)Math.Min(queue.Size, int.MaxValue), queue.DescriptorArea, queue.DriverArea, queue.DeviceArea);
        _isStarted[index] = true;
        if (queue.Size == 0 || queue.Size > (uint)_backend.QueueSizes[index] || _backend.StartQueue(index, _queues[index]) != BackendAnswer.Done)
        {
            NeedsReset();
        }

        return ResultCode.Done;
    }

    /// <summary>Stops a queue.</summary>
    public void StopQueue(int queue)
    {
        _ = _backend.StopQueue(queue);
        _rings[queue]?.Clear();
        _rings[queue] = null;
        _isStarted[queue] = false;
        Session?.ReleaseAreas();
    }

    /// <summary>Requests may be available in a ring that lies in an area.</summary>
    public void Announce(uint queue)
    {
        // It may have been on its way when the queue was stopped.
        if (HasQueue(queue) && _isStarted[queue] && (Status & VirtioStatus.DriverOk) != 0)
        {
            Kick((int)queue);
        }
    }

    /// <summary>Reads the configuration space.</summary>
    public bool TryReadConfiguration(uint offset, Span<byte> destination) =>
        IsInConfiguration(offset, destination.Length) && _backend.ReadConfiguration((int)offset, destination) == BackendAnswer.Done;

    /// <summary>Writes the configuration space.</summary>
    /// <returns>False when the generation is an old one, or the range lies outside.</returns>
    public bool TryWriteConfiguration(uint generation, uint offset, ReadOnlySpan<byte> source)
    {
        bool written = generation == Generation && IsInConfiguration(offset, source.Length) && _backend.WriteConfiguration((int)offset, source) == BackendAnswer.Done;
        _clock.Run();
        return written;
    }

    /// <summary>A request is announced.</summary>
    /// <returns>False when the front end breaks the protocol.</returns>
    public bool Announce(in Payloads.Chain chain, ReadOnlySpan<byte> bytes)
    {
        if (!HasQueue(chain.Queue) || _rings[chain.Queue] is not { } ring || (Status & VirtioStatus.DriverOk) == 0)
        {
            // It may have been on its way when the queue was stopped.
            return true;
        }

        if (ring.Announce(chain.Head, chain.Readable, chain.Writable, bytes) is not { } entry)
        {
            return false;
        }

        if (entry.Missing > 0)
        {
            Session!.Fetch(this, (int)chain.Queue, entry);
        }
        else
        {
            Kick((int)chain.Queue);
        }

        return true;
    }

    /// <summary>More bytes of a request have come.</summary>
    public void Supply(in Payloads.ChainRange range, ReadOnlySpan<byte> bytes)
    {
        if (HasQueue(range.Queue) && _rings[range.Queue] is { } ring)
        {
            ring.Supply(range.Head, range.Offset, bytes);
            Kick((int)range.Queue);
        }
    }

    /// <summary>Puts everything back to its state before the driver came.</summary>
    public void Reset()
    {
        _ = _backend.Reset();
        Status = VirtioStatus.None;
        _driverFeatures = 0;
        _hasFeatures = false;
        foreach (ChainRing? ring in _rings)
        {
            ring?.Clear();
        }

        ResetQueues();
        Session?.ReleaseAreas();
    }

    /// <inheritdoc/>
    public VirtqueueRing Create(int queue, in VirtqueueSettings settings, ulong features) => Session?.Memory is { } memory
        ? memory.CreateRing(settings, features)
        : _rings[queue] = new ChainRing(_memory, queue, settings, features, (index, entry, written) => Session?.TellUsed(this, index, entry, written, _memory));

    /// <inheritdoc/>
    public void BuffersUsed(int queue)
    {
        // In messages, the one that ends a request says so.
        if (Session is { Memory: not null } session)
        {
            session.TellUsed(this, queue);
        }
    }

    /// <inheritdoc/>
    public void ConfigurationChanged()
    {
        Generation++;
        Session?.TellConfiguration(this);
    }

    /// <inheritdoc/>
    public void NeedsReset()
    {
        Counters.Faults++;
        Status |= VirtioStatus.NeedsReset;
        Session?.TellConfiguration(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _backend.Dispose();
        _memory.Dispose();
    }

    private void Kick(int queue)
    {
        _backend.Kick(queue);
        _clock.Run();
    }

    private bool IsInConfiguration(uint offset, int length) => offset <= (uint)ConfigurationLength && length <= ConfigurationLength - (int)offset;

    private void ResetQueues()
    {
        for (int queue = 0; queue < _rings.Length; queue++)
        {
            _rings[queue] = null;
            _isStarted[queue] = false;
            _queues[queue] = new VirtqueueSettings(_backend.QueueSizes[queue], 0, 0, 0);
        }
    }
}
