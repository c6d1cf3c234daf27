using Emulator.Timing;
using Emulator.Virtio;
using Emulator.VirtioProxy.Unflushed;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser;

// How requests and answers pass between the machine's thread and the peer.
internal sealed partial class VhostUserBackend
{
    private readonly List<SharedArea> _retired = [];
    private readonly List<InflightHold> _retiredHolds = [];
    private bool _isFirst;

    // The peer is gone, and its rings wait as they are for one that knows which requests it has begun.
    private bool _isWaiting;

    private bool IsAttached => _attached != 0 && _attached == _peer.Generation && _peer.State == VhostUserPeerState.Connected;

    /// <inheritdoc/>
    public bool Pump()
    {
        VirtualTime now = _settings.Clock.Now;
        bool isBusy = _peer.IsBusy;
        if (!isBusy && _retired.Count + _retiredHolds.Count > 0)
        {
            _retired.ForEach(area => area.Dispose());
            _retired.Clear();
            _retiredHolds.ForEach(hold => hold.Dispose());
            _retiredHolds.Clear();
        }

        FollowPeer(now);
        if (_peer.TryTakeConfigurationChange())
        {
            byte[] configuration = _profile.MakeConfiguration(_peer.Offer);
            _profile.KeepDriverSettings(_configuration, configuration);
            _configuration = configuration;
            _host.ConfigurationChanged();
        }

        Exchange(now);
        ArmTimer();
        return IsHeld(_peer.IsBusy || _restoration is { IsUnderWay: true } || (!_isFailing && Array.Exists(_queues, queue => !queue.HasDueAnswers(now))));
    }

    private void FollowPeer(VirtualTime now)
    {
        if (_attached != 0 && !IsAttached)
        {
            if (_inflight is { IsHeld: true } && _restoration is not { IsUnderWay: true } && _peer.State != VhostUserPeerState.Gone)
            {
                _attached = 0;
                _isWaiting = true;
            }
            else
            {
                Freeze();
            }
        }

        if (!_isRunning || _isFailing || _attached != 0)
        {
            return;
        }

        if (_peer.State == VhostUserPeerState.Connected)
        {
            Begin(now);
        }
        else if (_peer.State == VhostUserPeerState.Gone)
        {
            Freeze();
            Fail();
        }
    }

    // Hands the device over to a peer that has come. It gets the requests, too, that another one has left without an answer.
    private void Begin(VirtualTime now)
    {
        // What is not flushed has to be there before what comes later is done, so that then nothing goes on by itself.
        int generation = _peer.Generation;
        bool restores = _unflushed is { Count: > 0 } && _writesAreWith != generation;
        if (_isWaiting && (restores || !_peer.Offer.TracksInflight))
        {
            Freeze();
        }

        // What the one before has told last stands in the ring.
        bool goesOn = _isWaiting;
        if (goesOn && !Array.TrueForAll(_queues, queue => queue.TryCollect()))
        {
            GiveUp();
            return;
        }

        _isWaiting = false;
        if (!goesOn)
        {
            _area = new SharedArea(AreaAddress, AreaLength);
            _addresses = _options.IsDirect ? new GuestAddresses(_gate.Bus) : null;
            _inflight = _peer.Offer.TracksInflight && _profile.SurvivesPeer ? new InflightHold() : null;
        }

        SharedArea area = _area!;
        _attached = generation;
        RenewPatience();
        var rings = new List<VhostUserRing>();
        foreach (ShadowQueue queue in _queues)
        {
            if (queue.IsStarted)
            {
                _ = _kicks[queue.Index].TryTake();
                if (!goesOn || queue.PeerRing is null)
                {
                    queue.Attach(area, _addresses, holdsBack: restores);
                }

                if (_isFirst)
                {
                    _ = queue.Submit(now, now.After(_settings.Latency));
                    queue.Tell();
                }

                rings.Add(RingOf(queue.Index));
            }
        }

        _isFirst = false;
        if (!restores)
        {
            _writesAreWith = _attached;
        }
        else if (rings.Count > 0)
        {
            _restoration!.Begin(_queues[rings[0].Index]);
        }

        ulong features = _profile.FeaturesForPeer(_features, _peer.Offer);
        byte? writeCache = _profile.WriteCacheForPeer(_features, _configuration, _peer.Offer);
        VhostUserRegion[] regions = [.. _addresses?.Regions ?? [], area.Region];
        InflightHold? inflight = _inflight;
        Say(session => session.Begin(features, writeCache, regions, rings, inflight is null ? null : connection => inflight.Share(connection, _queues.Length, _profile.RingSize)));
    }

    // A peer that comes has as long as any. But one that goes whenever it is given the requests, and comes again, is not waited for time and again.
    private void RenewPatience()
    {
        if (Array.Exists(_queues, queue => queue.HasProgress))
        {
            Array.ForEach(_queues, queue => queue.HasProgress = false);
            _isHeld = false;
        }
    }

    // The peer is gone: rings stand still, and requests wait.
    private void Freeze()
    {
        _restoration?.Stop();
        foreach (ShadowQueue queue in _queues)
        {
            queue.Detach();
        }

        if (_area is { } area)
        {
            _area = null;
            Retire(area);
        }

        if (_inflight is { } inflight)
        {
            _inflight = null;
            _retiredHolds.Add(inflight);
        }

        _attached = 0;
        _isWaiting = false;
    }

    // No peer will come. What cannot wait for one is answered with an error; otherwise the guest has to begin anew.
    private void Fail()
    {
        _isFailing = true;
        if (_profile.SurvivesPeer)
        {
            _host.NeedsReset();
            return;
        }

        foreach (ShadowQueue queue in _queues)
        {
            queue.AnswerAll(_profile.MakeError);
        }
    }

    private void GiveUp()
    {
        _peer.GiveUp();
        Freeze();
        Fail();
    }

    private void Exchange(VirtualTime now)
    {
        foreach (ShadowQueue queue in _queues)
        {
            if (!queue.TryCollect())
            {
                GiveUp();
                break;
            }
        }

        if (_restoration is { IsUnderWay: true })
        {
            GoOnRestoring();
        }

        // Answers that are due are given together, so that interrupts do not depend on which came first.
        bool areThere = Array.TrueForAll(_queues, queue => queue.HasDueAnswers(now));
        foreach (ShadowQueue queue in _queues)
        {
            bool isNew = (areThere || !queue.IsSolicited) && queue.Deliver(now) && queue.Submit(now, now.After(_settings.Latency));
            if (queue.TakeKick() || isNew)
            {
                _kicks[queue.Index].Signal();
            }
        }
    }

    private void GoOnRestoring()
    {
        if (!_restoration!.TryGoOn())
        {
            GiveUp();
        }
        else if (!_restoration.IsUnderWay)
        {
            _writesAreWith = _attached;
            foreach (ShadowQueue queue in _queues)
            {
                if (queue.LetGo())
                {
                    _kicks[queue.Index].Signal();
                }
            }
        }
    }

    private void SetKeepsWrites()
    {
        foreach (ShadowQueue queue in _queues)
        {
            queue.KeepsWrites = _unflushed is not null && UnflushedWrites.AreKnown(_features, _configuration);
        }
    }

    private bool IsHeld(bool mustWait)
    {
        if (!mustWait)
        {
            _isHeld = false;
            return false;
        }

        if (!_isHeld)
        {
            _isHeld = true;
            _holdDeadline = HostDeadline.After(_gate.HostTime, _options.Patience);
        }
        else if (_peer.State == VhostUserPeerState.Connected && _holdDeadline.HasPassed)
        {
            _isHeld = false;
            GiveUp();
            return false;
        }

        return true;
    }

    private VhostUserRing RingOf(int queue) => new(queue, _queues[queue].PeerRing!.Value, _kicks[queue], _calls[queue], _queues[queue].PeerBase);

    private void Say(Action<VhostUserSession> say)
    {
        _peer.Post(_attached, say);
        HoldClock();
    }

    // The machine looks through the gate before the guest's next instruction.
    private void HoldClock() => _gate.Signal();

    private void Retire(SharedArea area)
    {
        if (_peer.IsBusy)
        {
            _retired.Add(area);
        }
        else
        {
            area.Dispose();
        }
    }

    // What is due already is looked for at each look through the gate.
    private void ArmTimer()
    {
        VirtualTime next = VirtualTime.Never;
        foreach (ShadowQueue queue in _queues)
        {
            VirtualTime deadline = queue.NextDeadline;
            next = deadline < next ? deadline : next;
        }

        if (next <= _settings.Clock.Now)
        {
            next = VirtualTime.Never;
        }

        if (next != _armed)
        {
            _armed = next;
            _settings.Clock.Arm(_timer, next);
        }
    }
}
