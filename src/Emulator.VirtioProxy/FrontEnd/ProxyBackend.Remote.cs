using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.FrontEnd;

// What comes from the peer, what is asked of it, and what happens when it is gone.
internal sealed partial class ProxyBackend
{
    private (AskKind Kind, ProxyReply Reply)? _ask;
    private volatile FrontEndPeer? _peer;
    private long _heldSince;
    private ulong _toldQueues;

    /// <summary>A message of the peer's for this device. On the carrier's thread.</summary>
    /// <returns>True when the machine has to look.</returns>
    public bool Take(TransportMessage id, ReadOnlySpan<byte> message)
    {
        lock (_lock)
        {
            switch (id)
            {
                case TransportMessage.ChainData when Message.TryRead(message, out Payloads.ChainBytes data, out ReadOnlySpan<byte> bytes):
                    FindSlot(data)?.Write(data.Value, bytes);
                    return false;
                case TransportMessage.ChainUsed when Message.TryRead(message, out Payloads.ChainBytes used, out ReadOnlySpan<byte> bytes):
                    if (FindSlot(used) is { } slot)
                    {
                        slot.Write(0, bytes);
                        slot.Use(used.Value);
                    }

                    return true;
                case TransportMessage.EventConfig when Message.TryRead(message, out Payloads.ConfigurationEvent change, out ReadOnlySpan<byte> bytes):
                    TakeConfiguration(change, bytes);
                    return true;
                default:
                    return false;
            }
        }
    }

    /// <summary>The peer wants bytes of a request. On the carrier's thread.</summary>
    public bool TryReadChain(in Payloads.ChainRange range, Span<byte> destination)
    {
        lock (_lock)
        {
            bool isThere = _onTheWay.TryGetValue(((int)range.Queue, range.Head), out ChainSlot? slot) && range.Offset + (long)range.Length <= slot.Readable;
            if (isThere)
            {
                slot!.Outgoing.Slice((int)range.Offset, (int)range.Length).CopyTo(destination);
            }

            return isThere;
        }
    }

    /// <inheritdoc/>
    public bool Pump()
    {
        TakeChanges();
        VirtualTime now = _settings.Clock.Now;
        while (TakeFirst(now) is { } slot)
        {
            Finish(slot, now);
            slot.End();
            _free.Push(slot);
        }

        Tell();
        return MustHold(now);
    }

    /// <inheritdoc/>
    public bool TryWait(int milliseconds)
    {
        bool isDue = _ask is not null || (_order.TryPeek(out ChainSlot? first) && first.Due <= _settings.Clock.Now);
        return isDue && _peer is { } peer && peer.TryWait(milliseconds);
    }

    /// <inheritdoc/>
    public void Interrupt() => _peer?.Interrupt();

    /// <summary>A new connection: brings the peer's device to where the old one was. On the thread that connects.</summary>
    /// <exception cref="EmulatorException">It is another device, or refuses.</exception>
    public void GoOn(FrontEndPeer peer, DeviceDescription description, Func<ProxyReply, ProxyReply> wait)
    {
        ulong features = _features & ~HiddenFeatures;
        if (!_description.CanGoOnAs(description, features))
        {
            throw new EmulatorException($"the back end's device {Number} is not the one that '{_settings.Name}' was");
        }

        if (_status == VirtioStatus.None)
        {
            return;
        }

        VirtioStatus agreed = VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk;
        _ = wait(SendFeatures(peer, features | VirtioFeatures.Version1));
        _ = wait(SendStatus(peer, Number, agreed));
        for (int queue = 0; queue < _queues.Length; queue++)
        {
            if (_queues[queue].IsStarted)
            {
                _ = wait(SendQueue(peer, queue));
            }
        }

        ProxyReply last = wait(SendStatus(peer, Number, (_status & VirtioStatus.DriverOk) | agreed));
        if (!last.TryRead(out Payloads.Status told, out _) || ((VirtioStatus)told.Value & VirtioStatus.FeaturesOk) == 0)
        {
            throw new EmulatorException($"the back end's device {Number} does not take what '{_settings.Name}' had agreed on");
        }
    }

    /// <summary>There is a connection: requests that are on the way are sent, in their first order.</summary>
    public void Attach(FrontEndPeer peer)
    {
        lock (_sending)
        {
            ChainSlot[] slots;
            lock (_lock)
            {
                slots = [.. _order.Where(slot => !slot.IsUsed)];
                foreach (ChainSlot slot in slots)
                {
                    slot.StartAgain();
                }
            }

            foreach (ChainSlot slot in slots)
            {
                peer.Announce(Number, slot);
            }

            _peer = peer;
        }
    }

    /// <summary>There is no connection any more.</summary>
    public void Detach() => _peer = null;

    private void Send(ChainSlot slot)
    {
        lock (_sending)
        {
            lock (_lock)
            {
                _onTheWay[(slot.Queue, slot.Head)] = slot;
                _order.Enqueue(slot);
            }

            _peer?.Announce(Number, slot);
        }
    }

    // The access is repeated until there is an answer: each question is asked once, and again of a new peer.
    private BackendAnswer Ask(AskKind kind, Func<FrontEndPeer, ProxyReply> send, out ProxyReply? reply)
    {
        reply = null;
        if (_isBroken)
        {
            _ask = null;
            return BackendAnswer.Refused;
        }

        if (_ask is not { } ask || ask.Kind != kind || ask.Reply.HasFailed)
        {
            if (_peer is not { } peer)
            {
                return BackendAnswer.Pending;
            }

            ask = (kind, send(peer));
            _ask = ask;
        }

        if (!ask.Reply.IsDone || (ask.Reply.HasFailed && _peer is null))
        {
            return BackendAnswer.Pending;
        }

        _ask = null;
        reply = ask.Reply;
        return reply.HasFailed ? BackendAnswer.Refused : BackendAnswer.Done;
    }

    private ChainSlot? FindSlot(in Payloads.ChainBytes bytes) => _onTheWay.GetValueOrDefault(((int)bytes.Queue, bytes.Head));

    private void TakeConfiguration(in Payloads.ConfigurationEvent change, ReadOnlySpan<byte> bytes)
    {
        byte[] configuration = [.. _description.Configuration];
        int count = (int)Math.Min(change.Length, (uint)bytes.Length);
        if (change.Offset <= (uint)configuration.Length && count <= configuration.Length - (int)change.Offset)
        {
            bytes[..count].CopyTo(configuration.AsSpan((int)change.Offset));
        }

        _description = _description with { Generation = change.Generation, Configuration = configuration };
        _peerStatus = (VirtioStatus)change.Status;
        _hasChanged = true;
    }

    private void TakeChanges()
    {
        bool needsReset;
        lock (_lock)
        {
            if (!_hasChanged)
            {
                return;
            }

            _hasChanged = false;
            needsReset = (_peerStatus & VirtioStatus.NeedsReset) != 0;
        }

        if (needsReset)
        {
            Break();
        }
        else
        {
            _host.ConfigurationChanged();
        }
    }

    private ChainSlot? TakeFirst(VirtualTime now)
    {
        lock (_lock)
        {
            if (!_order.TryPeek(out ChainSlot? slot) || slot.Due > now || !slot.IsUsed)
            {
                return null;
            }

            _ = _order.Dequeue();
            _ = _onTheWay.Remove((slot.Queue, slot.Head));
            return slot;
        }
    }

    private void Tell()
    {
        for (int queue = 0; _toldQueues != 0 && queue < _queues.Length; queue++)
        {
            if ((_toldQueues & (1UL << queue)) == 0 || !_queues[queue].HasUntold)
            {
                continue;
            }

            if (_queues[queue].WantsInterrupt())
            {
                _host.BuffersUsed(queue);
            }
            else
            {
                _host.Counters.SuppressedInterrupts++;
            }
        }

        _toldQueues = 0;
        ArmTimer();
    }

    private void Finish(ChainSlot slot, VirtualTime now)
    {
        slot.Deliver();
        var element = new UsedElement(slot.Chain.Id, (ushort)slot.Chain.DescriptorCount, slot.UsedLength);
        _queues[slot.Queue].Push(element);
        _toldQueues |= 1UL << slot.Queue;
        _host.Counters.Latencies.Record(slot.Queue, now.Nanoseconds - slot.Announced.Nanoseconds);
        long? host = null;
        if (_settings.HostTime is { } time && slot.HostAnnounced != 0)
        {
            host = (long)time.GetElapsedTime(slot.HostAnnounced).TotalNanoseconds;
            _host.Counters.Latencies.RecordHost(slot.Queue, host.Value);
        }

        _host.Trace?.Completed(slot.Queue, new ServedRequest(element, 0, slot.Readable, slot.Announced, slot.Announced, slot.HostAnnounced), "request", host);
    }

    // An answer is due: the machine waits, but not for ever.
    private bool MustHold(VirtualTime now)
    {
        bool isDue = (_order.TryPeek(out ChainSlot? first) && first.Due <= now) || _ask is not null;
        if (!isDue || _isBroken)
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
        return first is not null && first.Due <= now;
    }

    private void Break()
    {
        _isBroken = true;
        _heldSince = 0;
        _settings.Remotes?.Signal();
        for (int queue = 0; queue < _queues.Length; queue++)
        {
            Drop(queue);
        }

        _host.NeedsReset();
    }

    private void Drop(int queue)
    {
        lock (_lock)
        {
            int count = _order.Count;
            for (int i = 0; i < count; i++)
            {
                ChainSlot slot = _order.Dequeue();
                if (slot.Queue == queue)
                {
                    _ = _onTheWay.Remove((slot.Queue, slot.Head));
                    slot.End();
                }
                else
                {
                    _order.Enqueue(slot);
                }
            }
        }

        ArmTimer();
    }

    private void ArmTimer()
    {
        lock (_lock)
        {
            _settings.Clock.Arm(_timer, _order.TryPeek(out ChainSlot? slot) ? slot.Due : VirtualTime.Never);
        }
    }
}
