using System.Runtime.InteropServices;
using Emulator.Memory;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>
/// A queue between a guest and a peer. On the guest's side it is the device: it takes the guest's chains, checks them, and gives them back at instants that the machine decides. On the peer's side it is
/// the driver of a ring in a shared area. Requests are kept until the guest has seen their answer, so that they can be handed to another peer.
/// </summary>
internal sealed partial class ShadowQueue
{
    private readonly Virtqueue _queue;
    private readonly DescriptorChain _chain = new();
    private readonly List<RemoteRequest> _requests = [];
    private readonly Stack<RemoteRequest> _unused = [];
    private readonly RemoteRequest?[] _byHead;
    private readonly List<RingSegment> _segments = [];
    private readonly IVirtioBackendHost _host;
    private readonly TimeProvider? _hostTime;
    private GuestAddresses? _addresses;
    private ShadowRing? _ring;
    private SharedArea? _area;

    /// <summary>Creates a queue that is not started.</summary>
    /// <param name="name">The device's name.</param>
    /// <param name="index">Its index in the device.</param>
    /// <param name="memory">Guest memory.</param>
    /// <param name="ringSize">Entries of the ring that the peer sees, a power of two.</param>
    /// <param name="isSolicited">True when each request is answered soon by itself; false for buffers that wait for input.</param>
    /// <param name="host">The device in front.</param>
    /// <param name="hostTime">The host's clock, to measure by it how long requests take; null when nobody asks.</param>
    /// <param name="rings">Makes the guest's rings where somebody watches them; or null.</param>
    public ShadowQueue(string name, int index, DmaView memory, int ringSize, bool isSolicited, IVirtioBackendHost host, TimeProvider? hostTime = null, IVirtqueueRings? rings = null)
    {
        _hostTime = hostTime;
        _queue = new Virtqueue(name, index, memory, rings);
        _byHead = new RemoteRequest?[ringSize];
        _host = host;
        Index = index;
        IsSolicited = isSolicited;
    }

    /// <summary>Its index in the device.</summary>
    public int Index { get; }

    /// <summary>True when each request is answered soon by itself.</summary>
    public bool IsSolicited { get; }

    /// <summary>True between <see cref="Start"/> and <see cref="Stop"/>.</summary>
    public bool IsStarted => _queue.IsStarted;

    /// <summary>Entries of the ring that the peer sees.</summary>
    public int RingSize => _byHead.Length;

    /// <summary>Where the ring is that the peer sees; null while there is none.</summary>
    public VirtqueueSettings? PeerRing => _ring?.Settings;

    /// <summary>Where in that ring the peer goes on.</summary>
    public ushort PeerBase => _ring?.UsedIndex ?? 0;

    /// <summary>True when the peer has given an answer since this was set to false.</summary>
    public bool HasProgress { get; set; }

    /// <summary>Requests that the guest waits for.</summary>
    public int Outstanding => _requests.Count;

    /// <summary>The first instant at which an answer is due, or <see cref="VirtualTime.Never"/>.</summary>
    public VirtualTime NextDeadline => IsSolicited && _requests.Count > 0 ? _requests[0].Deadline : VirtualTime.Never;

    /// <summary>True once the guest has made a mistake that the device cannot get over.</summary>
    public bool IsFaulty => _queue.Fault != VirtqueueFault.None;

    /// <summary>Starts at the first entry of the guest's ring.</summary>
    /// <returns>False when it cannot be.</returns>
    public bool Start(in VirtqueueSettings settings, ulong features) => _queue.Start(settings, features);

    /// <summary>Forgets the guest's ring and all requests; the peer must be done with them.</summary>
    public void Stop()
    {
        foreach (RemoteRequest request in _requests)
        {
            if (request.IsSubmitted && _addresses is not null)
            {
                MarkDirect(request);
            }
        }

        Detach();
        foreach (RemoteRequest request in _requests)
        {
            _unused.Push(request);
        }

        _requests.Clear();
        _queue.Stop();
    }

    /// <summary>Gives the queue a ring for a new peer, and the peer all requests that have no answer.</summary>
    /// <param name="area">Where the ring and copies go.</param>
    /// <param name="addresses">The guest memory that the peer reaches directly, or null to copy.</param>
    /// <param name="holdsBack">True to have the peer's ring to oneself first: the guest's requests wait until <see cref="LetGo"/>.</param>
    public void Attach(SharedArea area, GuestAddresses? addresses, bool holdsBack = false)
    {
        Detach();
        _addresses = addresses;
        _area = area;
        _ring = new ShadowRing(area, _byHead.Length);
        _isHeldBack = holdsBack;
        SubmitWaiting();
    }

    /// <summary>The peer is gone, or has nothing to do with the queue any more: requests wait for the next one.</summary>
    public void Detach()
    {
        foreach (RemoteRequest request in _requests)
        {
            if (request.IsSubmitted)
            {
                Release(request);
                request.IsAnswered = false;
                request.IsBeingFlushed = false;
            }
        }

        if (_own.IsSubmitted)
        {
            Release(_own);
        }

        if (_area is not null)
        {
            _ring?.Free(_area);
        }

        Array.Clear(_byHead);
        _ring = null;
        _area = null;
        _isHeldBack = false;
    }

    /// <summary>Takes what the guest has made available.</summary>
    /// <param name="now">The present instant.</param>
    /// <param name="deadline">When the guest is to see the answers.</param>
    /// <returns>True when the peer has something new to do.</returns>
    public bool Submit(VirtualTime now, VirtualTime deadline)
    {
        bool isNew = SubmitWaiting();
        while ((_ring is null || _isHeldBack || !HasWaiting) && _queue.TryPop(_chain))
        {
            RemoteRequest request = _unused.TryPop(out RemoteRequest? unused) ? unused : new RemoteRequest();
            request.Take(_chain, now, deadline);
            request.HostAnnounced = _hostTime?.GetTimestamp() ?? 0;
            _requests.Add(request);
            isNew |= SubmitWaiting();
        }

        _queue.RequestNotification();
        return isNew;
    }

    /// <summary>Takes the answers that the peer has given.</summary>
    /// <returns>False when the peer has written what cannot be.</returns>
    public bool TryCollect()
    {
        bool isBroken = false;
        while (_ring is not null && _ring.TryTake(out ushort head, out uint written, out isBroken))
        {
            if (_byHead[head] is not { IsAnswered: false } request)
            {
                return false;
            }

            request.IsAnswered = true;
            HasProgress = true;
            request.Written = (uint)Math.Min(written, request.WritableLength);
        }

        return !isBroken;
    }

    /// <summary>True when every answer that is due is there, or could not be asked for yet.</summary>
    public bool HasDueAnswers(VirtualTime now)
    {
        for (int i = 0; IsSolicited && i < _requests.Count && _requests[i].Deadline <= now; i++)
        {
            if (!_requests[i].IsAnswered)
            {
                // One that the ring has no room for waits until those before it have been given to the guest.
                return i > 0 && !_requests[i].IsSubmitted;
            }
        }

        return true;
    }

    /// <summary>Answers all requests that the peer has not answered, because there will be none.</summary>
    /// <param name="answer">Makes the answer; null for one of no bytes.</param>
    public void AnswerAll(Func<RemoteRequest, byte[]?> answer)
    {
        foreach (RemoteRequest request in _requests)
        {
            if (!request.IsAnswered)
            {
                byte[]? bytes = answer(request);
                request.OwnAnswer = bytes ?? [];
                request.Written = (uint)Math.Min(request.OwnAnswer.Length, request.WritableLength);
                request.IsAnswered = true;
            }
        }
    }

    /// <summary>Gives the guest the answers that are due, and tells it.</summary>
    /// <param name="now">The present instant.</param>
    /// <returns>True when there were any.</returns>
    public bool Deliver(VirtualTime now)
    {
        // Answers of one instant are given in the order of the requests, whichever the peer was done with first.
        int kept = 0;
        bool isAtEnd = false;
        for (int i = 0; i < _requests.Count; i++)
        {
            RemoteRequest request = _requests[i];
            bool isDue = !isAtEnd && request.IsAnswered && (!IsSolicited || request.Deadline <= now);
            isAtEnd |= isDue && !TrySettle(request);
            if (isDue && !isAtEnd)
            {
                Finish(request, now);
                _unused.Push(request);
            }
            else
            {
                _requests[kept++] = request;
            }
        }

        bool isAny = kept < _requests.Count;
        _requests.RemoveRange(kept, _requests.Count - kept);
        if (isAny)
        {
            Tell();
        }

        return isAny;
    }

    /// <summary>Tells the guest what has happened.</summary>
    public void Tell()
    {
        if (_queue.Fault != VirtqueueFault.None)
        {
            _host.Trace?.Faulted(Index, _queue.Fault);
            _host.NeedsReset();
        }
        else if (_queue.HasUntold)
        {
            if (_queue.WantsInterrupt())
            {
                _host.BuffersUsed(Index);
            }
            else
            {
                _host.Counters.SuppressedInterrupts++;
            }
        }
    }

    // Requests are submitted in order, so those that wait for room are the last ones.
    private bool HasWaiting => _requests.Count > 0 && _requests[^1] is { IsSubmitted: false, IsAnswered: false };

    private bool SubmitWaiting()
    {
        bool isNew = false;
        if (_ring is null || _area is null || _isHeldBack || !HasWaiting)
        {
            return false;
        }

        foreach (RemoteRequest request in _requests)
        {
            if (request is { IsSubmitted: false, IsAnswered: false })
            {
                if (!TrySubmit(request, _ring, _area))
                {
                    break;
                }

                isNew = true;
            }
        }

        return isNew;
    }

    private bool TrySubmit(RemoteRequest request, ShadowRing ring, SharedArea area)
    {
        long readable = RoomFor(CopiedLength(request.Readable), area);
        long copied = readable + RoomFor(CopiedLength(request.Writable), area);
        long count = area.Fat is { } fat ? copied / fat.SlotLength : request.Readable.Count + request.Writable.Count;
        if (count > ring.Size || copied > (area.Fat is null ? area.Length / 2 : area.Length))
        {
            // More than any driver that keeps to the queue's size asks for.
            _queue.Fail(VirtqueueFault.Request);
            return false;
        }

        if (count > ring.FreeEntries || !area.TryAllocate((int)copied, out int offset))
        {
            return false;
        }

        request.AreaOffset = offset;
        request.AreaLength = (int)copied;
        request.SegmentCount = (int)count;
        request.WritableOffset = offset + (int)readable;
        _segments.Clear();
        AddSegments(request.Readable, isWritable: false, area, offset);
        AddSegments(request.Writable, isWritable: true, area, request.WritableOffset);
        request.Head = ring.Add(CollectionsMarshal.AsSpan(_segments), SlotAt(area, offset));
        request.IsSubmitted = true;
        request.Type = Unflushed is null ? 0 : request.PeekType();
        request.Reach = Unflushed?.End ?? 0;
        _byHead[request.Head] = request;
        return true;
    }

    // In a fat area buffers begin with a slot, and go on in the next ones.
    private static long RoomFor(long length, SharedArea area) => area.Fat is { } fat ? (length + fat.SlotLength - 1) / fat.SlotLength * fat.SlotLength : length;

    private static int SlotAt(SharedArea area, int offset) => area.Fat is { } fat ? (int)((offset - fat.Slots) / fat.SlotLength) : 0;

    private long CopiedLength(List<DmaRange> pieces)
    {
        long length = 0;
        foreach (DmaRange piece in pieces)
        {
            length += _addresses is not null && _addresses.TryFind(piece, out _) ? 0 : piece.Length;
        }

        return length;
    }

    // What the peer writes is copied too: bytes that it leaves alone stay as the guest had them.
    private void AddSegments(List<DmaRange> pieces, bool isWritable, SharedArea area, int offset)
    {
        int start = offset;
        foreach (DmaRange piece in pieces)
        {
            if (_addresses is null || !_addresses.TryFind(piece, out ulong address))
            {
                piece.Bytes.CopyTo(area.Bytes(offset, piece.Length));
                address = area.Address + (ulong)offset;
                offset += piece.Length;
            }

            if (area.Fat is null)
            {
                _segments.Add(new RingSegment(address, piece.Length, isWritable));
            }
        }

        if (area.Fat is not null)
        {
            AddSegments(start, offset - start, isWritable, area);
        }
    }

    // What was copied to a place in the area; in a fat one, in pieces of a slot.
    private void AddSegments(int offset, int length, bool isWritable, SharedArea area)
    {
        int most = area.Fat is { } fat ? (int)fat.SlotLength : length;
        for (int end = offset + length; offset < end; offset += most)
        {
            _segments.Add(new RingSegment(area.Address + (ulong)offset, Math.Min(most, end - offset), isWritable));
        }
    }

    private void Finish(RemoteRequest request, VirtualTime now)
    {
        if (request.OwnAnswer is { } answer)
        {
            int position = 0;
            foreach (DmaRange piece in request.Writable)
            {
                int count = Math.Min(piece.Length, answer.Length - position);
                piece.Write(0, answer.AsSpan(position, count));
                position += count;
            }
        }
        else
        {
            TakeBack(request);
        }

        if (request.IsSubmitted)
        {
            Release(request);
        }

        _host.Counters.Requests++;
        _host.Counters.Bytes += request.ReadableLength + request.Written;
        _queue.Push(request.Element with { Written = request.Written });
        Tell(request, now);
    }

    private void Tell(RemoteRequest request, VirtualTime now)
    {
        // What nobody has asked for enters at the instant at which the guest sees it: its buffer has waited, and no request.
        VirtualTime announced = IsSolicited ? request.Announced : now;
        _host.Counters.Latencies.Record(Index, now.Nanoseconds - announced.Nanoseconds);
        long? host = null;
        if (_hostTime is not null && IsSolicited && request.HostAnnounced != 0)
        {
            host = (long)_hostTime.GetElapsedTime(request.HostAnnounced).TotalNanoseconds;
            _host.Counters.Latencies.RecordHost(Index, host.Value);
        }

        var served = new ServedRequest(request.Element with { Written = request.Written }, Type: 0, request.ReadableLength, announced, announced, HostAnnounced: 0);
        _host.Trace?.Completed(Index, served, IsSolicited ? "request" : "receive", host);
    }

    // The peer may have written to any of the buffers that it reaches directly.
    private void MarkDirect(RemoteRequest request)
    {
        foreach (DmaRange piece in request.Writable)
        {
            piece.MarkWritten(0, piece.Length);
        }
    }

    private void TakeBack(RemoteRequest request)
    {
        int offset = request.WritableOffset;
        foreach (DmaRange piece in request.Writable)
        {
            if (_addresses is not null && _addresses.TryFind(piece, out _))
            {
                piece.MarkWritten(0, piece.Length);
            }
            else
            {
                piece.Write(0, _area!.Bytes(offset, piece.Length));
                offset += piece.Length;
            }
        }
    }

    private void Release(RemoteRequest request)
    {
        _area!.Free(request.AreaOffset, request.AreaLength);
        _ring!.Release(request.Head, request.SegmentCount);
        _byHead[request.Head] = null;
        request.IsSubmitted = false;
    }
}
