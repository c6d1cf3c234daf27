using System.Diagnostics.CodeAnalysis;
using Emulator.Debugging;
using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices;

/// <summary>
/// A back end in this process. It serves a request in the very notification that announces it; the completion comes at once or, with a latency, as a record at a later instant. No
/// notification takes more than a bounded amount of work: what is left goes on at the next instruction.
/// </summary>
internal abstract partial class VirtioModel : IVirtioBackend, ITimerTarget
{
    // Work of one notification. A driver that behaves has no more requests available than the ring has entries; bytes are limited so that a run can be stopped in between.
    private const long MostBytesAtOnce = 64 << 20;

    private readonly int[] _queueSizes;
    private readonly bool[] _isUnfinished;
    private readonly VirtualTime[] _announced;
    private readonly long[] _hostAnnounced;
    private readonly DescriptorChain _chain = new();
    private VirtioModelSettings _settings;
    private Virtqueue[] _queues;
    private CompletionQueue _completions;
    private TimerId _timer;
    private IVirtioBackendHost _host = null!;
    private bool _isRunning;

    /// <summary>Creates a model whose driver has not come yet.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="type">What it is.</param>
    /// <param name="queueSizes">The largest size of each queue.</param>
    protected VirtioModel(VirtioModelSettings settings, VirtioDeviceType type, IReadOnlyList<int> queueSizes)
    {
        DeviceType = type;
        _queueSizes = [.. queueSizes];
        _isUnfinished = new bool[_queueSizes.Length];
        _announced = new VirtualTime[_queueSizes.Length];
        _hostAnnounced = new long[_queueSizes.Length];
        Enter(settings);
    }

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType { get; }

    /// <inheritdoc/>
    public ulong Features => _settings.RingFeatures | DeviceTypeFeatures;

    /// <inheritdoc/>
    public IReadOnlyList<int> QueueSizes => _queueSizes;

    /// <inheritdoc/>
    public abstract int ConfigurationLength { get; }

    /// <summary>The device's name.</summary>
    protected string Name => _settings.Name;

    /// <summary>Type of the request that is executed, as the device type numbers them; for a trace.</summary>
    protected uint RequestType { get; set; }

    /// <summary>The features that the device type has.</summary>
    protected abstract ulong DeviceTypeFeatures { get; }

    /// <summary>The features that were agreed on.</summary>
    protected ulong NegotiatedFeatures { get; private set; }

    /// <inheritdoc/>
    public void Connect(IVirtioBackendHost host) => _host = host;

    /// <summary>Goes to work for another machine: its memory, its clock. Its driver has gone, and of requests on the way nothing is left; what the model keeps for its users, as a disk's contents, stays.</summary>
    /// <param name="settings">What it needs of the machine.</param>
    public void Move(VirtioModelSettings settings)
    {
        Enter(settings);
        _isRunning = false;
        NegotiatedFeatures = 0;
        Array.Clear(_isUnfinished);
        OnReset();
    }

    /// <inheritdoc/>
    public abstract BackendAnswer ReadConfiguration(int offset, Span<byte> destination);

    /// <inheritdoc/>
    public virtual BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source) => BackendAnswer.Done;

    /// <inheritdoc/>
    public BackendAnswer SetFeatures(ulong features)
    {
        NegotiatedFeatures = features;
        OnFeatures();
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer SetStatus(VirtioStatus status)
    {
        bool wasRunning = _isRunning;
        _isRunning = (status & VirtioStatus.DriverOk) != 0;
        if (_isRunning && !wasRunning)
        {
            ServeAll();
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer StartQueue(int queue, VirtqueueSettings settings)
    {
        if (!_queues[queue].Start(settings, NegotiatedFeatures))
        {
            return BackendAnswer.Refused;
        }

        if (_isRunning)
        {
            Announce(queue);
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer StopQueue(int queue)
    {
        _queues[queue].Stop();
        _isUnfinished[queue] = false;
        _completions.Remove(queue);
        ArmTimer();
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public void Kick(int queue) => Announce(queue);

    /// <inheritdoc/>
    public BackendAnswer Reset()
    {
        _isRunning = false;
        NegotiatedFeatures = 0;
        foreach (Virtqueue queue in _queues)
        {
            queue.Stop();
        }

        Array.Clear(_isUnfinished);
        _completions.Clear();
        ArmTimer();
        OnReset();
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        VirtualTime now = _settings.Clock.Now;
        while (_completions.TryTake(now, out int queue, out ServedRequest request))
        {
            Finish(_queues[queue], request, now);

            // There may be room again for what was left in the ring.
            _isUnfinished[queue] = true;
        }

        for (int queue = 0; queue < _queues.Length; queue++)
        {
            if (_isUnfinished[queue])
            {
                Serve(queue, now);
            }
        }

        ArmTimer();
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 2);
        writer.Write(_isRunning);
        writer.Write(NegotiatedFeatures);
        for (int queue = 0; queue < _queues.Length; queue++)
        {
            writer.Write(_isUnfinished[queue]);
            writer.Write(_announced[queue].Nanoseconds);
        }

        foreach (Virtqueue queue in _queues)
        {
            queue.Save(writer);
        }

        _completions.Save(writer);
        SaveModel(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 2);
        _isRunning = reader.ReadBoolean();
        NegotiatedFeatures = reader.ReadUInt64();
        for (int queue = 0; queue < _queues.Length; queue++)
        {
            _isUnfinished[queue] = reader.ReadBoolean();
            _announced[queue] = new VirtualTime(reader.ReadInt64());
            _hostAnnounced[queue] = 0;
        }

        foreach (Virtqueue queue in _queues)
        {
            queue.Load(reader);
        }

        _completions.Load(reader);
        LoadModel(reader);
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Serves one request.</summary>
    /// <param name="queue">The queue that it came by.</param>
    /// <param name="chain">Its buffers.</param>
    /// <returns>False when it is no request at all: the device then needs a reset.</returns>
    protected abstract bool Execute(int queue, DescriptorChain chain);

    /// <summary>Names a request in a trace.</summary>
    /// <param name="queue">The queue that it came by.</param>
    /// <param name="type">What <see cref="RequestType"/> was.</param>
    protected virtual string NameOfRequest(int queue, uint type) => "request";

    /// <summary>True when the device has something to do with the next request of a queue; a queue that waits for input has not, while there is none.</summary>
    /// <param name="queue">The queue's index.</param>
    protected virtual bool IsWanted(int queue) => true;

    /// <summary>A queue was looked at; others may be now.</summary>
    /// <param name="queue">The queue's index.</param>
    protected virtual void OnServed(int queue)
    {
    }

    /// <summary>The features were agreed on.</summary>
    protected virtual void OnFeatures()
    {
    }

    /// <summary>The driver has gone.</summary>
    protected virtual void OnReset()
    {
    }

    /// <summary>Writes what the model has of its own.</summary>
    protected abstract void SaveModel(SnapshotWriter writer);

    /// <summary>Reads what <see cref="SaveModel"/> wrote.</summary>
    protected abstract void LoadModel(SnapshotReader reader);

    /// <summary>Tells the driver that the configuration has changed.</summary>
    protected void TellConfigurationChanged() => _host.ConfigurationChanged();

    /// <summary>Looks at a queue: there may be input for it.</summary>
    protected void Look(int queue)
    {
        if (_isRunning && _queues[queue].IsStarted)
        {
            Announce(queue);
        }
    }

    [MemberNotNull(nameof(_settings), nameof(_queues), nameof(_completions))]
    private void Enter(VirtioModelSettings settings)
    {
        _settings = settings;
        _queues = [.. _queueSizes.Select((_, index) => new Virtqueue(settings.Name, index, settings.Memory, settings.Rings))];
        _completions = new CompletionQueue(settings.Name, _queues.Length, settings.Latency > 0 ? _queueSizes.Sum() : 1);
        _timer = settings.Clock.Register($"{settings.Name}:completion", this);
    }

    private void ServeAll()
    {
        for (int queue = 0; queue < _queues.Length; queue++)
        {
            if (_queues[queue].IsStarted)
            {
                Announce(queue);
            }
        }
    }

    // What is left of an earlier notification waits since then.
    private void Announce(int queue)
    {
        VirtualTime now = _settings.Clock.Now;
        if (!_isUnfinished[queue])
        {
            _announced[queue] = now;
            _hostAnnounced[queue] = _settings.HostTime?.GetTimestamp() ?? 0;
        }

        Serve(queue, now);
    }

    // No time passes in between: a device works within an instruction.
    private void Serve(int index, VirtualTime now)
    {
        Virtqueue queue = _queues[index];
        long bytes = 0;
        int requests = 0;
        _isUnfinished[index] = false;
        _isPutBack = false;
        while (IsWanted(index))
        {
            uint mark = queue.Mark;
            if (!queue.TryPop(_chain))
            {
                break;
            }

            long offered = _chain.ReadableLength;
            if (!Execute(index, _chain))
            {
                queue.Fail(VirtqueueFault.Request);
                break;
            }

            if (_isPutBack)
            {
                queue.PutBack(mark, 1 + _more.Count);
                _more.Clear();
                break;
            }

            long read = offered - _chain.ReadableLength;
            long moved = read + _chain.Written;
            _host.Counters.Requests++;
            _host.Counters.Bytes += moved;
            Complete(queue, new ServedRequest(_chain.Used, RequestType, read, _announced[index], now, _hostAnnounced[index]), now);
            moved += FinishMore(queue, now);
            bytes += moved;
            if (++requests == queue.Size || bytes >= MostBytesAtOnce)
            {
                _isUnfinished[index] = true;
                break;
            }
        }

        Tell(queue);
        if (_isUnfinished[index])
        {
            ArmTimer();
        }

        OnServed(index);
    }

    private void Complete(Virtqueue queue, in ServedRequest request, VirtualTime now)
    {
        if (_settings.Latency == 0)
        {
            Finish(queue, request, now);
            return;
        }

        _completions.Add(now.After(_settings.Latency), queue.Index, request);
        if (_completions.Count == 1)
        {
            ArmTimer();
        }
    }

    private void Finish(Virtqueue queue, in ServedRequest request, VirtualTime now)
    {
        queue.Push(request.Element);
        RequestLatencies latencies = _host.Counters.Latencies;
        latencies.Record(queue.Index, now.Nanoseconds - request.Announced.Nanoseconds);
        long? host = null;
        if (_settings.HostTime is { } time && request.HostAnnounced != 0)
        {
            host = (long)time.GetElapsedTime(request.HostAnnounced).TotalNanoseconds;
            latencies.RecordHost(queue.Index, host.Value);
        }

        _host.Trace?.Completed(queue.Index, request, NameOfRequest(queue.Index, request.Type), host);
    }

    private void Tell(Virtqueue queue)
    {
        if (queue.Fault != VirtqueueFault.None)
        {
            _host.Trace?.Faulted(queue.Index, queue.Fault);
            _host.NeedsReset();
            return;
        }

        if (!_isPutBack && IsWanted(queue.Index))
        {
            queue.RequestNotification();
        }

        if (!queue.HasUntold)
        {
            return;
        }

        if (queue.WantsInterrupt())
        {
            _host.BuffersUsed(queue.Index);
        }
        else
        {
            _host.Counters.SuppressedInterrupts++;
        }
    }

    private void ArmTimer()
    {
        bool unfinished = Array.IndexOf(_isUnfinished, true) >= 0;
        _settings.Clock.Arm(_timer, unfinished ? _settings.Clock.Now : _completions.NextDeadline);
    }
}
