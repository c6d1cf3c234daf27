using Emulator.Timing;
using Emulator.Virtio;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.Unflushed;

namespace Emulator.VirtioProxy.FrontEnd;

// What comes from the peer, what is asked of it, and what happens when it is gone.
internal abstract partial class ProxyBackend
{
    private (AskKind Kind, ProxyReply Reply, FrontEndPeer Peer)? _ask;

    // What a CPU is parked for, whether there is somebody to ask or not.
    private AskKind? _parked;
    private volatile FrontEndPeer? _peer;
    private long _heldSince;

    /// <summary>True when the machine's thread starts the queues of a new peer, once it follows it.</summary>
    protected virtual bool StartsAgainByItself => false;

    /// <summary>The connection, or null.</summary>
    protected FrontEndPeer? Peer => _peer;

    /// <summary>A message of the peer's for this device. On the carrier's thread.</summary>
    /// <returns>True when the machine has to look.</returns>
    public bool Take(FrontEndPeer peer, TransportMessage id, ReadOnlySpan<byte> message)
    {
        if (id != TransportMessage.EventConfig)
        {
            return TakeEvent(peer, id, message);
        }

        bool isChange = Message.TryRead(message, out Payloads.ConfigurationEvent change, out ReadOnlySpan<byte> bytes);
        if (isChange)
        {
            lock (_lock)
            {
                TakeConfiguration(change, bytes);
            }
        }

        return isChange;
    }

    /// <summary>The peer wants bytes of a request. On the carrier's thread.</summary>
    public virtual bool TryReadChain(in Payloads.ChainRange range, Span<byte> destination) => false;

    /// <inheritdoc/>
    public bool Pump()
    {
        _frontEnd.Resume();
        TakeChanges();
        VirtualTime now = Settings.Clock.Now;
        Deliver(now);
        return MustHold(now);
    }

    /// <inheritdoc/>
    public bool TryWait(int milliseconds) => (_ask is not null || IsDue(Settings.Clock.Now)) && _peer is { } peer && peer.TryWait(milliseconds);

    /// <inheritdoc/>
    public void Interrupt() => _peer?.Interrupt();

    /// <summary>A new connection: brings the peer's device to where the old one was. On the thread that connects.</summary>
    /// <exception cref="EmulatorException">It is another device, or refuses.</exception>
    public void GoOn(FrontEndPeer peer, DeviceDescription description, Func<ProxyReply, ProxyReply> wait)
    {
        ulong features = AgreedFeatures & ~HiddenFeatures;
        if (!_description.CanGoOnAs(description, features))
        {
            throw new EmulatorException($"the back end's device {Number} is not the one that '{Settings.Name}' was");
        }

        lock (_lock)
        {
            _description = _description with { Generation = description.Generation };
            _changed = _changed is null ? null : _changed with { Generation = description.Generation };
        }

        if (Status == VirtioStatus.None)
        {
            return;
        }

        VirtioStatus agreed = VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk;
        _ = wait(SendFeatures(peer, features | VirtioFeatures.Version1));
        _ = wait(SendStatus(peer, agreed));
        for (int queue = 0; !StartsAgainByItself && queue < QueueSizes.Count; queue++)
        {
            if (PeerQueue(queue) is not null)
            {
                _ = wait(SendQueue(peer, queue));
            }
        }

        SwitchCache(peer, description, wait);
        ProxyReply last = wait(SendStatus(peer, StartsAgainByItself ? agreed : (Status & VirtioStatus.DriverOk) | agreed));
        if (!last.TryRead(out Payloads.Status told, out _) || ((VirtioStatus)told.Value & VirtioStatus.FeaturesOk) == 0)
        {
            throw new EmulatorException($"the back end's device {Number} does not take what '{Settings.Name}' had agreed on");
        }
    }

    /// <summary>There is a connection: requests that are on the way are sent, in their first order.</summary>
    public virtual void Attach(FrontEndPeer peer) => _peer = peer;

    /// <summary>There is no connection any more.</summary>
    public virtual void Detach() => _peer = null;

    /// <summary>The connection that the device uses from now on, or null. On the machine's thread.</summary>
    protected virtual FrontEndPeer? FollowPeer() => _peer;

    /// <summary>An event of the peer's that is of requests. On the carrier's thread.</summary>
    /// <returns>True when the machine has to look.</returns>
    protected abstract bool TakeEvent(FrontEndPeer peer, TransportMessage id, ReadOnlySpan<byte> message);

    /// <summary>Gives the guest the answers that are due.</summary>
    protected abstract void Deliver(VirtualTime now);

    /// <summary>True when an answer is due that has not come.</summary>
    protected abstract bool IsDue(VirtualTime now);

    /// <summary>Forgets all requests.</summary>
    protected abstract void DropAll();

    /// <summary>Looks again at an instant.</summary>
    protected void ArmTimer(VirtualTime deadline)
    {
        // How often the machine looks is the host's affair, and the order of timers is state.
        if (deadline != _armed)
        {
            _armed = deadline;
            Settings.Clock.Arm(_timer, deadline);
        }
    }

    /// <summary>The device needs a reset: the peer is gone, or has said so, or broken the protocol.</summary>
    protected void Break()
    {
        IsBroken = true;
        _heldSince = 0;
        Settings.Remotes?.Signal();
        DropAll();
        Host.NeedsReset();
    }

    // Another back end does not know that the driver has switched the cache off: it would keep what the driver takes for safe.
    private void SwitchCache(FrontEndPeer peer, DeviceDescription description, Func<ProxyReply, ProxyReply> wait)
    {
        const int Offset = UnflushedWrites.WriteCacheOffset;
        if (Unflushed is null || !UnflushedWrites.HasSwitch(AgreedFeatures) || description.Configuration.Length <= Offset || _description.Configuration[Offset] == description.Configuration[Offset])
        {
            return;
        }

        byte[] isOn = [_description.Configuration[Offset]];
        ProxyReply reply = wait(peer.Request(TransportMessage.SetConfig, Number, new Payloads.ConfigurationBytes(description.Generation, Offset, 1), isOn));
        if (!reply.TryRead(out Payloads.ConfigurationBytes written, out _) || written.Length != 1)
        {
            throw new EmulatorException($"the back end's device {Number} does not switch its cache as '{Settings.Name}' had it");
        }

        lock (_lock)
        {
            _description = _description with { Generation = written.Generation };
        }
    }

    // The access is repeated until there is an answer: each question is asked once, and again of a new peer.
    private BackendAnswer Ask(AskKind kind, Func<FrontEndPeer, ProxyReply> send, out ProxyReply? reply)
    {
        reply = null;
        _parked = kind;
        if (IsBroken)
        {
            EndAsking();
            return BackendAnswer.Refused;
        }

        if (_ask is not { } ask || ask.Kind != kind || ask.Reply.HasFailed)
        {
            if (FollowPeer() is not { } peer)
            {
                return BackendAnswer.Pending;
            }

            ask = (kind, send(peer), peer);
            _ask = ask;
        }

        // What the peer has refused is answered; what was lost with it is asked again.
        if (!ask.Reply.IsDone || (ask.Reply.HasFailed && ask.Peer.LossReason is not null))
        {
            return BackendAnswer.Pending;
        }

        EndAsking();
        reply = ask.Reply;
        return reply.HasFailed ? BackendAnswer.Refused : BackendAnswer.Done;
    }

    private void EndAsking()
    {
        _ask = null;
        _parked = null;
        _heldSince = 0;
    }

    // What the peer has told last; the guest may not have heard of it yet.
    private DeviceDescription Newest => _changed ?? _description;

    private void TakeConfiguration(in Payloads.ConfigurationEvent change, ReadOnlySpan<byte> bytes)
    {
        DeviceDescription newest = Newest;
        byte[] configuration = [.. newest.Configuration];
        int count = (int)Math.Min(change.Length, (uint)bytes.Length);
        if (change.Offset <= (uint)configuration.Length && count <= configuration.Length - (int)change.Offset)
        {
            bytes[..count].CopyTo(configuration.AsSpan((int)change.Offset));
        }

        _changed = newest with { Generation = change.Generation, Configuration = configuration };
        _peerStatus = (VirtioStatus)change.Status;
    }

    private void TakeChanges()
    {
        bool needsReset;
        lock (_lock)
        {
            if (_changed is null)
            {
                return;
            }

            // The guest reads it from the instant on at which it hears of it, not from when it came.
            _description = _changed;
            _changed = null;
            needsReset = (_peerStatus & VirtioStatus.NeedsReset) != 0;
        }

        if (needsReset)
        {
            Break();
        }
        else
        {
            Host.ConfigurationChanged();
        }
    }

    // An answer is due: the machine waits, but not for ever.
    private bool MustHold(VirtualTime now)
    {
        bool isDue = IsDue(now);
        if ((!isDue && _parked is null) || IsBroken)
        {
            _heldSince = 0;
            return false;
        }

        TimeProvider time = _frontEnd.Options.Time;
        _heldSince = _heldSince == 0 ? time.GetTimestamp() : _heldSince;
        if (time.GetElapsedTime(_heldSince) > _frontEnd.Options.LossTimeout)
        {
            Break();
            return false;
        }

        // A parked CPU waits by itself.
        return isDue;
    }
}
