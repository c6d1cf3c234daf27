using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio;

/// <summary>
/// The part of a virtio device that all transports share: negotiation of features, the device status, queue settings, the configuration space (virtio 1.3, sections 2 and 3). A transport
/// stands in front of it and translates registers; an <see cref="IVirtioBackend"/> stands behind it and does the work.
/// </summary>
internal sealed class VirtioDevice : IVirtioBackendHost, ISnapshotState
{
    private readonly IVirtioBackend _backend;
    private readonly IVirtioInterrupts _interrupts;
    private readonly QueueState[] _queues;
    private bool _hasFeatures;
    private bool _isBroken;

    /// <summary>Creates a device in its reset state.</summary>
    /// <param name="name">A name unique in the machine.</param>
    /// <param name="backend">What does the work; it stays the caller's to dispose.</param>
    /// <param name="interrupts">How to reach the driver.</param>
    /// <param name="isLegacy">True for the interface of before version 1 of the standard. A transitional transport changes it as its driver turns out to be.</param>
    public VirtioDevice(string name, IVirtioBackend backend, IVirtioInterrupts interrupts, bool isLegacy)
    {
        Name = name;
        _backend = backend;
        _interrupts = interrupts;
        IsLegacy = isLegacy;
        _queues = new QueueState[backend.QueueSizes.Count];
        Counters = new VirtioCounters(_queues.Length);
        ResetQueues();
        backend.Connect(this);
    }

    /// <summary>A name unique in the machine.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public VirtioCounters Counters { get; }

    /// <inheritdoc/>
    public VirtioTrace? Trace { get; set; }

    /// <summary>True while it is driven by the interface of before version 1 of the standard. It changes in the reset state only.</summary>
    public bool IsLegacy { get; set; }

    /// <summary>Features that are the transport's own; the back end does not hear of them.</summary>
    public ulong TransportFeatures { get; init; }

    /// <summary>Features of the back end that the transport cannot offer.</summary>
    public ulong HiddenFeatures { get; init; }

    /// <summary>The device id.</summary>
    public uint DeviceId => (uint)_backend.DeviceType;

    /// <summary>What the device offers.</summary>
    public ulong DeviceFeatures => IsLegacy ? (_backend.Features & uint.MaxValue) | VirtioFeatures.AnyLayout : (_backend.Features & ~HiddenFeatures) | VirtioFeatures.Version1 | TransportFeatures;

    /// <summary>What the driver has accepted.</summary>
    public ulong DriverFeatures { get; private set; }

    /// <summary>The device status.</summary>
    public VirtioStatus Status { get; private set; }

    /// <summary>Changes whenever the configuration space has changed.</summary>
    public uint ConfigurationGeneration { get; private set; }

    /// <summary>Length of the configuration space in bytes.</summary>
    public int ConfigurationLength => _backend.ConfigurationLength;

    /// <summary>Regions of memory that driver and device share, by their ids.</summary>
    public IReadOnlyList<VirtioSharedMemory> SharedMemory => _backend.SharedMemory;

    /// <summary>True when both sides know a feature.</summary>
    public bool Has(ulong feature) => (DriverFeatures & DeviceFeatures & feature) != 0;

    /// <summary>True when there is such a queue.</summary>
    public bool HasQueue(uint queue) => queue < (uint)_queues.Length;

    /// <summary>Where the driver has put a queue, or will.</summary>
    public VirtqueueSettings QueueSettings(int queue) => _queues[queue].Settings;

    /// <summary>True from <see cref="StartQueue"/> to <see cref="StopQueue"/>.</summary>
    public bool IsQueueReady(int queue) => _queues[queue].IsReady;

    /// <summary>Sets where a queue is; for the next start.</summary>
    public void SetQueue(int queue, in VirtqueueSettings settings) => _queues[queue].Settings = settings;

    /// <summary>Sets half of the driver's features. Once they are agreed on they stay.</summary>
    /// <param name="word">0 for bits 0 to 31, 1 for the others.</param>
    /// <param name="value">The bits.</param>
    public void WriteDriverFeatures(uint word, uint value)
    {
        if (_hasFeatures || word > 1)
        {
            return;
        }

        int shift = 32 * (int)word;
        DriverFeatures = (DriverFeatures & ~((ulong)uint.MaxValue << shift)) | ((ulong)value << shift);
    }

    /// <summary>Sets the device status; zero is a reset.</summary>
    /// <param name="value">What the driver has written.</param>
    /// <returns>Never <see cref="BackendAnswer.Refused"/>: the status then tells that.</returns>
    public BackendAnswer WriteStatus(byte value)
    {
        if (value == 0)
        {
            return Reset();
        }

        // A driver cannot take back the need for a reset, nor declare it.
        VirtioStatus status = ((VirtioStatus)value & ~VirtioStatus.NeedsReset) | (Status & VirtioStatus.NeedsReset);
        bool agrees = (status & ~Status & VirtioStatus.FeaturesOk) != 0;
        bool starts = (status & ~Status & VirtioStatus.DriverOk) != 0;
        if (!IsLegacy && agrees && !CanAccept(DriverFeatures))
        {
            status &= ~VirtioStatus.FeaturesOk;
        }
        else if (agrees || starts)
        {
            BackendAnswer features = AgreeOnFeatures();
            if (features == BackendAnswer.Pending)
            {
                return features;
            }

            status = features == BackendAnswer.Refused ? status & ~VirtioStatus.FeaturesOk : status;
        }

        BackendAnswer answer = _backend.SetStatus(status);
        if (answer != BackendAnswer.Pending)
        {
            // The back end may have found the rings unusable meanwhile.
            Status = status | (Status & VirtioStatus.NeedsReset);
            Trace?.StatusChanged(Status);
            answer = BackendAnswer.Done;
        }

        return answer;
    }

    /// <summary>Starts a queue where its settings say.</summary>
    /// <returns>Whether it is done; a queue that cannot be started makes the device need a reset.</returns>
    public BackendAnswer StartQueue(int queue)
    {
        ref QueueState state = ref _queues[queue];
        if (state.IsReady || _isBroken)
        {
            return BackendAnswer.Done;
        }

        BackendAnswer answer = AgreeOnFeatures();
        if (answer == BackendAnswer.Done)
        {
            answer = _backend.StartQueue(queue, state.Settings);
        }

        state.IsReady = answer == BackendAnswer.Done;
        if (answer == BackendAnswer.Refused)
        {
            NeedsReset();
        }

        return answer;
    }

    /// <summary>Stops a queue.</summary>
    public BackendAnswer StopQueue(int queue)
    {
        if (!_queues[queue].IsReady)
        {
            return BackendAnswer.Done;
        }

        BackendAnswer answer = _backend.StopQueue(queue);
        _queues[queue].IsReady = answer == BackendAnswer.Pending;
        return answer;
    }

    /// <summary>Stops a queue and forgets where it was (virtio 1.3, section 2.6.1).</summary>
    public BackendAnswer ResetQueue(int queue)
    {
        BackendAnswer answer = StopQueue(queue);
        if (answer != BackendAnswer.Pending)
        {
            _queues[queue] = InitialQueue(queue);
        }

        return answer;
    }

    /// <summary>The driver has made something available.</summary>
    /// <param name="queue">The queue's index, as the driver wrote it.</param>
    public void Notify(uint queue)
    {
        Counters.Notifications++;
        Trace?.Notified(HasQueue(queue) ? (int)queue : null);

        // Before the driver is ready nothing may be used (section 3.1); when it is, the back end looks at every queue.
        if (HasQueue(queue) && _queues[queue].IsReady && !_isBroken && (Status & VirtioStatus.DriverOk) != 0)
        {
            _backend.Kick((int)queue);
        }
    }

    /// <summary>Reads the configuration space.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="destination">Where to.</param>
    /// <returns>Refused outside of it.</returns>
    public BackendAnswer ReadConfiguration(ulong offset, Span<byte> destination) =>
        IsInConfiguration(offset, destination.Length) ? _backend.ReadConfiguration((int)offset, destination) : BackendAnswer.Refused;

    /// <summary>Writes the configuration space.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="source">The bytes.</param>
    /// <returns>Refused outside of it.</returns>
    public BackendAnswer WriteConfiguration(ulong offset, ReadOnlySpan<byte> source) =>
        IsInConfiguration(offset, source.Length) ? _backend.WriteConfiguration((int)offset, source) : BackendAnswer.Refused;

    /// <summary>Puts the device into its reset state. The configuration's generation goes on.</summary>
    public BackendAnswer Reset()
    {
        BackendAnswer answer = _backend.Reset();
        if (answer != BackendAnswer.Pending)
        {
            Status = VirtioStatus.None;
            DriverFeatures = 0;
            _hasFeatures = false;
            _isBroken = false;
            ResetQueues();
            Trace?.Reset();
        }

        return answer;
    }

    /// <summary>Tells the driver that it has given up by what it did.</summary>
    public void Fail()
    {
        Status |= VirtioStatus.Failed;
        Trace?.StatusChanged(Status);
    }

    /// <inheritdoc/>
    public void BuffersUsed(int queue)
    {
        Counters.Interrupts++;
        Trace?.Interrupted(queue, _interrupts.SendsMessages);
        _interrupts.SignalUsed(queue);
    }

    /// <inheritdoc/>
    public void ConfigurationChanged()
    {
        ConfigurationGeneration++;
        SignalConfiguration();
    }

    /// <inheritdoc/>
    public void NeedsReset()
    {
        if (_isBroken)
        {
            return;
        }

        Counters.Faults++;
        _isBroken = true;

        // The legacy interface has no bit for it: the device just stands still.
        if (!IsLegacy)
        {
            Status |= VirtioStatus.NeedsReset;
            Trace?.StatusChanged(Status);
            SignalConfiguration();
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section($"{Name}:device", 1);
        writer.Write(IsLegacy);
        writer.Write((byte)Status);
        writer.Write(DriverFeatures);
        writer.Write(ConfigurationGeneration);
        writer.Write(_hasFeatures);
        writer.Write(_isBroken);
        writer.Write(_queues.Length);
        foreach (ref readonly QueueState queue in _queues.AsSpan())
        {
            writer.Write(queue.IsReady);
            writer.Write(queue.Settings.Size);
            writer.Write(queue.Settings.DescriptorArea);
            writer.Write(queue.Settings.DriverArea);
            writer.Write(queue.Settings.DeviceArea);
        }

        _backend.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section($"{Name}:device", 1);
        IsLegacy = reader.ReadBoolean();
        Status = (VirtioStatus)reader.ReadByte();
        DriverFeatures = reader.ReadUInt64();
        ConfigurationGeneration = reader.ReadUInt32();
        _hasFeatures = reader.ReadBoolean();
        _isBroken = reader.ReadBoolean();
        if (reader.ReadInt32() != _queues.Length)
        {
            throw new SnapshotException($"the snapshot has another number of queues of '{Name}' than this machine; load it into a machine of the same description");
        }

        foreach (ref QueueState queue in _queues.AsSpan())
        {
            queue.IsReady = reader.ReadBoolean();
            queue.Settings = new VirtqueueSettings(reader.ReadInt32(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64());
        }

        _backend.Load(reader);
    }

    // Before the driver is ready it is not told (section 2.3).
    private void SignalConfiguration()
    {
        if ((Status & VirtioStatus.DriverOk) != 0)
        {
            Counters.Interrupts++;
            Trace?.Interrupted(null, _interrupts.SendsMessages);
            _interrupts.SignalConfiguration();
        }
    }

    // A driver of the modern interface must accept the standard, and nothing that was not offered (section 2.2).
    private bool CanAccept(ulong features) => (features & ~DeviceFeatures) == 0 && (features & VirtioFeatures.Version1) != 0;

    private BackendAnswer AgreeOnFeatures()
    {
        if (_hasFeatures)
        {
            return BackendAnswer.Done;
        }

        BackendAnswer answer = _backend.SetFeatures(DriverFeatures & DeviceFeatures & ~TransportFeatures);
        _hasFeatures = answer == BackendAnswer.Done;
        return answer;
    }

    private bool IsInConfiguration(ulong offset, int length) =>
        offset <= (ulong)ConfigurationLength && (ulong)length <= (ulong)ConfigurationLength - offset;

    private QueueState InitialQueue(int queue) => new() { Settings = new VirtqueueSettings(_backend.QueueSizes[queue], 0, 0, 0) };

    private void ResetQueues()
    {
        for (int queue = 0; queue < _queues.Length; queue++)
        {
            _queues[queue] = InitialQueue(queue);
        }
    }

    private struct QueueState
    {
        public VirtqueueSettings Settings;
        public bool IsReady;
    }
}
