using Emulator.Memory;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Unflushed;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>
/// A virtio device that a process outside serves by vhost-user. The guest's notification at an instant T hands its requests to the peer; at T and the machine's virtio latency the guest sees the answers, all
/// of them and in the order of the requests. Until they are there the machine stands still, so that what a guest sees does not depend on the peer's speed. Only what nobody has asked for, as frames from
/// a network, comes when it comes.
/// </summary>
internal sealed partial class VhostUserBackend : IVirtioBackend, IRemoteParticipant, ITimerTarget
{
    // Above all that a board has.
    private const ulong AreaAddress = 1UL << 40;
    private const int AreaLength = 64 << 20;

    private readonly VirtioModelSettings _settings;
    private readonly DeviceProfile _profile;
    private readonly VhostUserOptions _options;
    private readonly VhostUserPeer _peer;
    private readonly RemoteGate _gate;
    private readonly EventDescriptor[] _kicks;
    private readonly EventDescriptor[] _calls;
    private readonly TimerId _timer;
    private readonly ulong _offered;
    private readonly UnflushedWrites? _unflushed;
    private readonly Restoration? _restoration;
    private IVirtioBackendHost _host = null!;
    private ShadowQueue[] _queues = [];
    private GuestAddresses? _addresses;
    private SharedArea? _area;
    private byte[] _configuration;
    private ulong _features;
    private InflightHold? _inflight;
    private bool _isRunning;
    private bool _isFailing;
    private bool _isHeld;
    private int _attached;
    private VirtualTime _armed = VirtualTime.Never;
    private HostDeadline _holdDeadline;

    // The connection whose peer has all writes.
    private int _writesAreWith;

    /// <summary>Creates a device whose driver has not come yet.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="profile">What it is.</param>
    /// <param name="options">What was chosen about it.</param>
    /// <param name="gate">Where answers enter the machine.</param>
    /// <param name="peer">The back end, connected; the device disposes it.</param>
    public VhostUserBackend(VirtioModelSettings settings, DeviceProfile profile, VhostUserOptions options, RemoteGate gate, VhostUserPeer peer)
    {
        _settings = settings;
        _profile = profile;
        _options = options;
        _gate = gate;
        _peer = peer;
        _offered = (peer.Offer.Features & profile.Features) | profile.OwnFeatures;
        _configuration = profile.MakeConfiguration(peer.Offer);
        if (profile.Type == VirtioDeviceType.Block && UnflushedWrites.CanBe(_offered))
        {
            _unflushed = new UnflushedWrites(options.UnflushedBytes);
            _restoration = new Restoration(_unflushed);
        }

        int queues = profile.CountQueues(peer.Offer);
        QueueSizes = [.. Enumerable.Repeat(profile.QueueSize, queues)];
        HasUnsolicitedInput = Enumerable.Range(0, queues).Any(queue => !profile.IsSolicited(queue));
        _kicks = [.. QueueSizes.Select(_ => new EventDescriptor())];
        _calls = [.. QueueSizes.Select(_ => new EventDescriptor())];
        _timer = settings.Clock.Register($"{settings.Name}:answer", this);
    }

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType => _profile.Type;

    /// <inheritdoc/>
    public ulong Features => _settings.RingFeatures | _offered;

    /// <inheritdoc/>
    public bool HasLegacyInterface => _profile.HasLegacyInterface;

    /// <inheritdoc/>
    public IReadOnlyList<int> QueueSizes { get; }

    /// <inheritdoc/>
    public int ConfigurationLength => _configuration.Length;

    /// <inheritdoc/>
    public bool HasUnsolicitedInput { get; }

    /// <inheritdoc/>
    public void Connect(IVirtioBackendHost host)
    {
        _host = host;
        _queues = [.. QueueSizes.Select((_, index) =>
            new ShadowQueue(_settings.Name, index, _settings.Memory, _profile.RingSize, _profile.IsSolicited(index), host, _settings.HostTime, _settings.Rings) { Unflushed = _unflushed })];
        _gate.Add(this);
        _peer.Start(_calls);
    }

    /// <inheritdoc/>
    public BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        _configuration.AsSpan(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        if (_profile.CanWrite(_features, offset, source.Length) && IsAttached)
        {
            byte[] bytes = source.ToArray();
            Say(session => session.WriteConfiguration(offset, bytes));
            bytes.CopyTo(_configuration, offset);
            SetKeepsWrites();
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer SetFeatures(ulong features)
    {
        if ((features & VirtioFeatures.Version1) == 0 && !_profile.HasLegacyInterface)
        {
            return BackendAnswer.Refused;
        }

        _features = features;
        SetKeepsWrites();
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer SetStatus(VirtioStatus status)
    {
        bool wasRunning = _isRunning;
        _isRunning = (status & VirtioStatus.DriverOk) != 0;
        if (_isRunning && !wasRunning)
        {
            _isFailing = false;
            _isFirst = true;
            if (_peer.State == VhostUserPeerState.Gone)
            {
                _peer.Revive();
            }

            HoldClock();
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer StartQueue(int queue, VirtqueueSettings settings)
    {
        if (!_queues[queue].Start(settings, _features))
        {
            return BackendAnswer.Refused;
        }

        if (IsAttached)
        {
            _queues[queue].Attach(_area!, _addresses);
            VhostUserRing ring = RingOf(queue);
            Say(session => session.StartRing(ring));
            Kick(queue);
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer StopQueue(int queue)
    {
        ForgetQueue(queue);
        ArmTimer();
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public void Kick(int queue)
    {
        VirtualTime now = _settings.Clock.Now;
        ShadowQueue shadow = _queues[queue];
        if (shadow.Submit(now, now.After(_settings.Latency)))
        {
            _kicks[queue].Signal();
        }

        if (_isFailing && !_profile.SurvivesPeer)
        {
            shadow.AnswerAll(_profile.MakeError);
        }

        shadow.Tell();
        ArmTimer();
        if (shadow.NextDeadline <= now)
        {
            HoldClock();
        }
    }

    /// <inheritdoc/>
    public BackendAnswer Reset()
    {
        ForgetQueues();
        ArmTimer();
        _isRunning = false;
        _isFailing = false;
        _features = 0;
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        // The machine looks through the gate after its timers have fired.
        _armed = VirtualTime.Never;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _peer.Dispose();
        _inflight?.Dispose();
        _area?.Dispose();
        _retired.ForEach(area => area.Dispose());
        _retiredHolds.ForEach(hold => hold.Dispose());
        foreach (EventDescriptor descriptor in _kicks.Concat(_calls))
        {
            descriptor.Dispose();
        }
    }

    // The guest's next instruction comes when the peer has answered. What it writes until then goes to an area that is forgotten, or to buffers that the guest has not got back yet.
    private void ForgetQueue(int queue)
    {
        if (_isWaiting)
        {
            // Which of its requests were begun is of no meaning for what the guest puts there next.
            Freeze();
        }

        if (IsAttached && _queues[queue].PeerRing is not null)
        {
            Say(session => session.StopRing(queue));
        }

        _queues[queue].Stop();
    }

    private void ForgetQueues()
    {
        for (int queue = 0; queue < _queues.Length; queue++)
        {
            ForgetQueue(queue);
        }

        // What was said is still under way: its memory stays until it is done.
        Freeze();
    }
}
