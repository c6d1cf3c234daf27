using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.Unflushed;

namespace Emulator.VirtioProxy.FrontEnd;

/// <summary>A device whose requests travel in messages (docs/virtio-proxy.md, section 5, "Chains"): it walks the guest's rings itself.</summary>
internal sealed partial class ChainBackend : ProxyBackend
{
    private readonly Virtqueue[] _queues;

    // Held while requests are sent, so that a new connection gets each of them once. The carrier's thread never takes it.
    private readonly Lock _sending = new();
    private readonly Dictionary<(int Queue, ushort Head), ChainSlot> _onTheWay = [];
    private readonly Queue<ChainSlot> _order = new();
    private readonly Stack<ChainSlot> _free = new();
    private ulong _toldQueues;
    private ushort _nextHead;

    // Whose answers count.
    private FrontEndPeer? _heard;

    /// <inheritdoc cref="ProxyBackend(ProxyFrontEnd, VirtioModelSettings, DeviceDescription)"/>
    public ChainBackend(ProxyFrontEnd frontEnd, VirtioModelSettings settings, DeviceDescription description)
        : base(frontEnd, settings, description)
    {
        _queues = [.. description.QueueSizes.Select((_, index) => new Virtqueue(settings.Name, index, settings.Memory, settings.Rings))];
        _restoration = Unflushed is null ? null : new Restoration(Unflushed);
    }

    /// <inheritdoc/>
    public override void Kick(int queue)
    {
        if (!_queues[queue].IsStarted || !IsRunning)
        {
            return;
        }

        VirtualTime now = Settings.Clock.Now;
        VirtualTime due = now.After(Settings.Latency);
        long host = Settings.HostTime?.GetTimestamp() ?? 0;
        FrontEndPeer? peer = Peer;
        peer?.Hold();
        while (true)
        {
            ChainSlot slot = _free.TryPop(out ChainSlot? free) ? free : new ChainSlot();
            if (!_queues[queue].TryPop(slot.Chain))
            {
                _free.Push(slot);
                break;
            }

            if (!slot.TryBegin(queue, NextHead(queue), now, due, host))
            {
                _queues[queue].Fail(VirtqueueFault.Request);
                break;
            }

            Host.Counters.Requests++;
            Host.Counters.Bytes += slot.Readable + slot.Writable;
            Send(slot);
        }

        peer?.Flush();
        if (_queues[queue].Fault != VirtqueueFault.None)
        {
            Host.Trace?.Faulted(queue, _queues[queue].Fault);
            Host.NeedsReset();
            return;
        }

        _queues[queue].RequestNotification();
        ArmTimer(isForNow: true);
    }

    /// <inheritdoc/>
    public override bool TryReadChain(in Payloads.ChainRange range, Span<byte> destination)
    {
        lock (Shared)
        {
            ChainSlot? slot = FindSlot((int)range.Queue, range.Head);
            bool isThere = slot is not null && range.Offset + (long)range.Length <= slot.Readable;
            if (isThere)
            {
                slot!.Outgoing.Slice((int)range.Offset, (int)range.Length).CopyTo(destination);
            }

            return isThere;
        }
    }

    /// <inheritdoc/>
    public override void Attach(FrontEndPeer peer)
    {
        lock (_sending)
        {
            lock (Shared)
            {
                _heard = peer;
                _isHeldBack = Unflushed is { Count: > 0 } && peer.PeerInstance != _writesAreWith;
            }

            if (!_isHeldBack)
            {
                AnnounceAll(peer);
            }

            base.Attach(peer);
        }
    }

    /// <inheritdoc/>
    public override void Detach()
    {
        lock (Shared)
        {
            // What the guest has not heard of yet is asked of the next one.
            _heard = null;
            _flushed = null;
            _isOwnOnTheWay = false;
            foreach (ChainSlot slot in _order)
            {
                slot.StartAgain();
            }
        }

        base.Detach();
    }

    /// <inheritdoc/>
    protected override bool TryStart(int queue, VirtqueueSettings settings) => _queues[queue].Start(settings, AgreedFeatures);

    /// <inheritdoc/>
    protected override void Stop(int queue)
    {
        _queues[queue].Stop();
        Drop(queue);
    }

    /// <inheritdoc/>
    protected override VirtqueueSettings? PeerQueue(int queue) => _queues[queue].IsStarted ? new VirtqueueSettings(_queues[queue].Size, 0, 0, 0) : null;

    /// <inheritdoc/>
    protected override bool TakeEvent(FrontEndPeer peer, TransportMessage id, ReadOnlySpan<byte> message)
    {
        lock (Shared)
        {
            switch (id)
            {
                case var _ when peer != _heard:
                    return false;
                case TransportMessage.ChainData when Message.TryRead(message, out Payloads.ChainBytes data, out ReadOnlySpan<byte> bytes):
                    FindSlot((int)data.Queue, data.Head)?.Write(data.Value, bytes);
                    return false;
                case TransportMessage.ChainUsed when Message.TryRead(message, out Payloads.ChainBytes used, out ReadOnlySpan<byte> bytes):
                    if (FindSlot((int)used.Queue, used.Head) is { IsUsed: false } slot)
                    {
                        slot.Write(0, bytes);
                        if (!slot.TryUse(used.Value))
                        {
                            break;
                        }
                    }

                    return true;
                default:
                    return false;
            }
        }

        peer.End("the back end tells of more bytes of a request than have come");
        return true;
    }

    /// <inheritdoc/>
    protected override void Deliver(VirtualTime now)
    {
        GoOnRestoring();
        do
        {
            while (TakeFirst(now) is { } slot)
            {
                Finish(slot, now);
                slot.End();
                _free.Push(slot);
            }
        }
        while (_mustAnnounceOwn && TryAnnounceFlush());

        Tell();
    }

    /// <inheritdoc/>
    protected override bool IsDue(VirtualTime now) => _order.TryPeek(out ChainSlot? first) && first.Due <= now;

    /// <inheritdoc/>
    protected override void DropAll()
    {
        for (int queue = 0; queue < _queues.Length; queue++)
        {
            Drop(queue);
        }
    }

    private void Send(ChainSlot slot)
    {
        lock (_sending)
        {
            lock (Shared)
            {
                _onTheWay[(slot.Queue, slot.Head)] = slot;
                _order.Enqueue(slot);
                slot.Reach = Unflushed?.End ?? 0;
            }

            if (!_isHeldBack)
            {
                Peer?.Announce(Number, slot);
            }
        }
    }

    // Not the guest's own number, which is used again at once: what comes twice or late must not be taken for the next request.
    private ushort NextHead(int queue)
    {
        lock (Shared)
        {
            while (_onTheWay.ContainsKey((queue, _nextHead)))
            {
                _nextHead++;
            }

            return _nextHead++;
        }
    }

    private ChainSlot? FindSlot(int queue, ushort head)
    {
        bool isOwn = _isOwnOnTheWay && (_own.Queue, _own.Head) == (queue, head);
        return isOwn ? _own : _isHeldBack ? null : _onTheWay.GetValueOrDefault((queue, head));
    }

    private ChainSlot? TakeFirst(VirtualTime now)
    {
        lock (Shared)
        {
            if (!_order.TryPeek(out ChainSlot? slot) || slot.Due > now || !slot.IsUsed || !TrySettle(slot))
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
                Host.BuffersUsed(queue);
            }
            else
            {
                Host.Counters.SuppressedInterrupts++;
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
        Host.Counters.Latencies.Record(slot.Queue, now.Nanoseconds - slot.Announced.Nanoseconds);
        long? host = null;
        if (Settings.HostTime is { } time && slot.HostAnnounced != 0)
        {
            host = (long)time.GetElapsedTime(slot.HostAnnounced).TotalNanoseconds;
            Host.Counters.Latencies.RecordHost(slot.Queue, host.Value);
        }

        Host.Trace?.Completed(slot.Queue, new ServedRequest(element, 0, slot.Readable, slot.Announced, slot.Announced, slot.HostAnnounced), "request", host);
    }

    private void Drop(int queue)
    {
        lock (Shared)
        {
            int count = _order.Count;
            for (int i = 0; i < count; i++)
            {
                ChainSlot slot = _order.Dequeue();
                if (slot.Queue == queue)
                {
                    _ = _onTheWay.Remove((slot.Queue, slot.Head));
                    if (_flushed == slot)
                    {
                        (_flushed, _isOwnOnTheWay) = (null, false);
                    }

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

    // What is due already is looked for at each look through the gate; a notification makes the machine look.
    private void ArmTimer(bool isForNow = false)
    {
        lock (Shared)
        {
            ArmTimer(_order.TryPeek(out ChainSlot? slot) && (isForNow || slot.Due > Settings.Clock.Now) ? slot.Due : VirtualTime.Never);
        }
    }
}
