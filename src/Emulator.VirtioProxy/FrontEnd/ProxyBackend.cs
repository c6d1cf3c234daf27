using System.Buffers.Binary;
using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.FrontEnd;

/// <summary>
/// A virtio device whose back end is a peer (docs/virtio-proxy.md). It walks the guest's rings and sends each request as a message; the guest sees it done at a fixed instant, until which the machine waits if it
/// has to. So a run is the same whenever the peer's answers are the same.
/// </summary>
internal sealed partial class ProxyBackend : IVirtioBackend, IRemoteParticipant, ITimerTarget
{
    // The front end has the rings; and the platform's features are its own.
    private const ulong HiddenFeatures = VirtioFeatures.Reserved & ~VirtioFeatures.Version1;

    private readonly ProxyFrontEnd _frontEnd;
    private readonly VirtioModelSettings _settings;
    private readonly Virtqueue[] _queues;
    private readonly Lock _lock = new();

    // Held while requests are sent, so that a new connection gets each of them once. The carrier's thread never takes it.
    private readonly Lock _sending = new();
    private readonly Dictionary<(int Queue, ushort Head), ChainSlot> _onTheWay = [];
    private readonly Queue<ChainSlot> _order = new();
    private readonly Stack<ChainSlot> _free = new();
    private readonly TimerId _timer;
    private DeviceDescription _description;
    private IVirtioBackendHost _host = null!;
    private ulong _features;
    private VirtioStatus _status;
    private VirtioStatus _peerStatus;
    private bool _hasChanged;
    private bool _isBroken;

    /// <summary>Attaches a device.</summary>
    /// <param name="frontEnd">The connection.</param>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="description">What the back end tells of it.</param>
    public ProxyBackend(ProxyFrontEnd frontEnd, VirtioModelSettings settings, DeviceDescription description)
    {
        _frontEnd = frontEnd;
        _settings = settings;
        _description = description;
        _queues = [.. description.QueueSizes.Select((_, index) => new Virtqueue(settings.Name, index, settings.Memory))];
        _timer = settings.Clock.Register($"{settings.Name}:completion", this);
        frontEnd.Add(this);
        settings.Remotes?.Add(this);
    }

    /// <summary>Its number, <c>dev_num</c>.</summary>
    public ushort Number => _description.Number;

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType => (VirtioDeviceType)_description.Info.DeviceId;

    /// <inheritdoc/>
    public ulong Features => (_description.Features & ~HiddenFeatures) | _settings.RingFeatures;

    /// <inheritdoc/>
    public IReadOnlyList<int> QueueSizes => _description.QueueSizes;

    /// <inheritdoc/>
    public int ConfigurationLength => _description.Configuration.Length;

    /// <inheritdoc/>
    public bool HasUnsolicitedInput => false;

    /// <inheritdoc/>
    public void Connect(IVirtioBackendHost host) => _host = host;

    /// <inheritdoc/>
    public BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        lock (_lock)
        {
            _description.Configuration.AsSpan(offset, destination.Length).CopyTo(destination);
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        byte[] bytes = source.ToArray();
        BackendAnswer answer = Ask(
            AskKind.Configuration,
            peer => peer.Request(TransportMessage.SetConfig, Number, new Payloads.ConfigurationBytes(_description.Generation, (uint)offset, (uint)bytes.Length), bytes),
            out ProxyReply? reply);
        if (answer == BackendAnswer.Done && reply!.TryRead(out Payloads.ConfigurationBytes written, out _) && written.Length == bytes.Length)
        {
            lock (_lock)
            {
                bytes.CopyTo(_description.Configuration, offset);
                _description = _description with { Generation = written.Generation };
            }
        }

        return answer == BackendAnswer.Refused ? BackendAnswer.Done : answer;
    }

    /// <inheritdoc/>
    public BackendAnswer SetFeatures(ulong features)
    {
        ulong forPeer = (features & ~HiddenFeatures) | VirtioFeatures.Version1;
        BackendAnswer answer = Ask(AskKind.Features, peer => SendFeatures(peer, forPeer), out _);
        if (answer == BackendAnswer.Done)
        {
            _features = features;
        }

        return answer;
    }

    /// <inheritdoc/>
    public BackendAnswer SetStatus(VirtioStatus status)
    {
        // A legacy driver has no word for it.
        VirtioStatus forPeer = (status & VirtioStatus.DriverOk) != 0 ? status | VirtioStatus.FeaturesOk : status;
        BackendAnswer answer = Ask(AskKind.Status, peer => SendStatus(peer, forPeer), out ProxyReply? reply);
        if (answer != BackendAnswer.Done)
        {
            return answer;
        }

        _ = reply!.TryRead(out Payloads.Status told, out _);
        if ((forPeer & VirtioStatus.FeaturesOk & ~(VirtioStatus)told.Value) != 0)
        {
            return BackendAnswer.Refused;
        }

        bool starts = (status & ~_status & VirtioStatus.DriverOk) != 0;
        _status = status;
        if (starts)
        {
            for (int queue = 0; queue < _queues.Length; queue++)
            {
                Kick(queue);
            }
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer StartQueue(int queue, VirtqueueSettings settings)
    {
        if (_ask?.Kind != AskKind.StartQueue && !_queues[queue].Start(settings, _features))
        {
            return BackendAnswer.Refused;
        }

        BackendAnswer answer = Ask(AskKind.StartQueue, peer => SendQueue(peer, queue), out _);
        if (answer == BackendAnswer.Done)
        {
            Kick(queue);
        }

        return answer;
    }

    /// <inheritdoc/>
    public BackendAnswer StopQueue(int queue)
    {
        BackendAnswer answer = Ask(AskKind.StopQueue, peer => peer.Request(TransportMessage.ResetVqueue, Number, new Payloads.Index((uint)queue)), out _);
        if (answer != BackendAnswer.Pending)
        {
            _queues[queue].Stop();
            Drop(queue);
        }

        return answer == BackendAnswer.Refused ? BackendAnswer.Done : answer;
    }

    /// <inheritdoc/>
    public void Kick(int queue)
    {
        if (!_queues[queue].IsStarted || (_status & VirtioStatus.DriverOk) == 0 || _isBroken)
        {
            return;
        }

        VirtualTime now = _settings.Clock.Now;
        VirtualTime due = now.After(_settings.Latency);
        long host = _settings.HostTime?.GetTimestamp() ?? 0;
        FrontEndPeer? peer = _peer;
        peer?.Hold();
        while (true)
        {
            ChainSlot slot = _free.TryPop(out ChainSlot? free) ? free : new ChainSlot();
            if (!_queues[queue].TryPop(slot.Chain))
            {
                _free.Push(slot);
                break;
            }

            if (!slot.TryBegin(queue, now, due, host))
            {
                _queues[queue].Fail(VirtqueueFault.Request);
                break;
            }

            _host.Counters.Requests++;
            _host.Counters.Bytes += slot.Readable + slot.Writable;
            Send(slot);
        }

        peer?.Flush();
        if (_queues[queue].Fault != VirtqueueFault.None)
        {
            _host.Trace?.Faulted(queue, _queues[queue].Fault);
            _host.NeedsReset();
            return;
        }

        _queues[queue].RequestNotification();
        ArmTimer();
    }

    /// <inheritdoc/>
    public BackendAnswer Reset()
    {
        BackendAnswer answer = Ask(AskKind.Reset, peer => SendStatus(peer, VirtioStatus.None), out _);
        if (answer == BackendAnswer.Pending)
        {
            return answer;
        }

        // A peer that is gone has nothing to reset.
        _status = VirtioStatus.None;
        _features = 0;
        _isBroken = false;
        foreach (Virtqueue queue in _queues)
        {
            queue.Stop();
            Drop(queue.Index);
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        // The gate asks after every timer.
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer) =>
        throw new SnapshotException($"'{_settings.Name}' is served by a virtio-proxy back end, whose state is not the machine's; take snapshots of machines with devices of their own");

    /// <inheritdoc/>
    public void Load(SnapshotReader reader) =>
        throw new SnapshotException($"'{_settings.Name}' is served by a virtio-proxy back end; load snapshots into machines with devices of their own");

    /// <inheritdoc/>
    public void Dispose() => _frontEnd.Release();

    private static ProxyReply SendStatus(FrontEndPeer peer, ushort number, VirtioStatus status) =>
        peer.Request(TransportMessage.SetDeviceStatus, number, new Payloads.Status((uint)status));

    private ProxyReply SendStatus(FrontEndPeer peer, VirtioStatus status) => SendStatus(peer, Number, status);

    private ProxyReply SendFeatures(FrontEndPeer peer, ulong features)
    {
        Span<byte> words = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(words, features);
        return peer.Request(TransportMessage.SetDriverFeatures, Number, new Payloads.FeatureBlocks(0, 2), words);
    }

    private ProxyReply SendQueue(FrontEndPeer peer, int queue) =>
        peer.Request(TransportMessage.SetVqueue, Number, new Payloads.Queue((uint)queue, 0, (uint)_queues[queue].Size, 0, 0, 0, 0));
}
