using System.Buffers.Binary;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.Unflushed;

namespace Emulator.VirtioProxy.FrontEnd;

// What a disk's back end has answered and may lose with its end: kept here, and given to the next one before anything else.
internal sealed partial class ChainBackend : IOwnRequests
{
    private const int HeaderLength = 16;

    // A request that is not the guest's.
    private readonly ChainSlot _own = new();
    private readonly Restoration? _restoration;
    private bool _isOwnOnTheWay;
    private bool _mustAnnounceOwn;

    // The write that the peer has answered, and in whose place it has a flush now.
    private ChainSlot? _flushed;

    // Requests of the guest's wait: they are not for a back end that lacks what it should have.
    private volatile bool _isHeldBack;
    private FrontEndPeer? _restoring;
    private ulong _writesAreWith;

    /// <inheritdoc/>
    public void SendOwn(ReadOnlySpan<byte> readable)
    {
        lock (_sending)
        {
            lock (Shared)
            {
                int queue = Array.FindIndex(_queues, queue => queue.IsStarted);
                _own.BeginOwn(queue, NextHead(queue), readable);
                _isOwnOnTheWay = true;
            }

            _restoring?.Announce(Number, _own);
        }
    }

    /// <inheritdoc/>
    public bool TryTakeOwn(out byte status)
    {
        lock (Shared)
        {
            status = 0;
            if (!_isOwnOnTheWay || !_own.IsUsed)
            {
                return false;
            }

            status = _own.Status;
            _isOwnOnTheWay = false;
            return true;
        }
    }

    private void GoOnRestoring()
    {
        if (!_isHeldBack || !IsRunning || Peer is not { } peer || !Array.Exists(_queues, queue => queue.IsStarted))
        {
            return;
        }

        if (_restoring != peer)
        {
            _restoration!.Stop();
            _restoring = peer;
            if (Unflushed!.Count > 0)
            {
                _restoration.Begin(this);
            }
        }

        if (!_restoration!.TryGoOn())
        {
            Break();
        }
        else if (!_restoration.IsUnderWay)
        {
            LetGo(peer);
        }
    }

    private void LetGo(FrontEndPeer peer)
    {
        lock (_sending)
        {
            lock (Shared)
            {
                if (_heard != peer)
                {
                    return;
                }

                _isHeldBack = false;
                _restoring = null;
            }

            AnnounceAll(peer);
        }
    }

    // Under the lock of sending.
    private void AnnounceAll(FrontEndPeer peer)
    {
        _writesAreWith = peer.PeerInstance;
        ChainSlot[] slots;
        lock (Shared)
        {
            slots = [.. _order];
        }

        foreach (ChainSlot slot in slots)
        {
            slot.Reach = Unflushed?.End ?? 0;
            peer.Announce(Number, slot);
        }
    }

    // A write that the guest is to hear of is kept until it is flushed. What finds no room is flushed at once, and heard of then.
    private bool TrySettle(ChainSlot slot)
    {
        if (Unflushed is null)
        {
            return true;
        }

        if (_flushed == slot)
        {
            return TrySettleFlushed(slot);
        }

        bool isWrite = UnflushedWrites.IsWrite(slot.Type) && Unflushed.Wants(KeepsWrites);
        if ((!isWrite && !UnflushedWrites.IsFlush(slot.Type)) || slot.Writable != 1 || slot.Status != (byte)BlockStatus.Ok)
        {
            return true;
        }

        if (!isWrite)
        {
            Unflushed.Flushed(slot.Reach);
            return true;
        }

        if (Unflushed.TryAdd(slot.Readable, out Span<byte> kept))
        {
            slot.Outgoing.CopyTo(kept);
            return true;
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)BlockRequestType.Flush);
        _own.BeginOwn(slot.Queue, NextHead(slot.Queue), header);
        _own.Reach = Unflushed.End;
        _isOwnOnTheWay = true;
        _mustAnnounceOwn = true;
        _flushed = slot;
        return false;
    }

    private bool TrySettleFlushed(ChainSlot slot)
    {
        if (!TryTakeOwn(out byte status))
        {
            return false;
        }

        _flushed = null;
        slot.SetStatus(status);
        if (status == (byte)BlockStatus.Ok)
        {
            Unflushed!.Flushed(_own.Reach);
        }

        return true;
    }

    // In one process the answer is there when this returns.
    private bool TryAnnounceFlush()
    {
        lock (_sending)
        {
            bool mustAnnounce = _mustAnnounceOwn && _flushed is not null;
            _mustAnnounceOwn = false;
            if (mustAnnounce)
            {
                Peer?.Announce(Number, _own);
            }

            return mustAnnounce;
        }
    }
}
