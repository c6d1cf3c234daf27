using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Emulator.Memory;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.Unflushed;

namespace Emulator.VirtioProxy.VhostUser;

// What a disk's peer has answered and may lose with its end: kept here, and given to the next peer before anything else.
internal sealed partial class ShadowQueue : IOwnRequests
{
    private const int HeaderLength = 16;

    private static readonly byte[] s_done = [(byte)BlockStatus.Ok];
    private static readonly byte[] s_failed = [(byte)BlockStatus.IoError];

    private readonly RemoteRequest _own = new();
    private bool _isHeldBack;
    private bool _mustKick;

    /// <summary>Where writes are kept until they are flushed; null for devices that have none.</summary>
    public UnflushedWrites? Unflushed { get; init; }

    /// <summary>False while each write is safe when it is answered, so that none is to be kept.</summary>
    public bool KeepsWrites { get; set; } = true;

    /// <summary>Hands over what was held back.</summary>
    /// <returns>True when the peer has something new to do.</returns>
    public bool LetGo()
    {
        _isHeldBack = false;
        return SubmitWaiting();
    }

    /// <inheritdoc/>
    public void SendOwn(ReadOnlySpan<byte> readable) => _mustKick |= TrySubmitOwn(_own, readable);

    /// <inheritdoc/>
    public bool TryTakeOwn(out byte status)
    {
        status = 0;
        if (_own is not { IsSubmitted: true, IsAnswered: true })
        {
            return false;
        }

        status = OwnStatus(_own);
        Release(_own);
        return true;
    }

    /// <summary>True, once, when the peer has got something that it was not told of.</summary>
    public bool TakeKick()
    {
        bool mustKick = _mustKick;
        _mustKick = false;
        return mustKick;
    }

    // A write that the guest is to hear of is kept until it is flushed. What finds no room is flushed at once, and heard of then.
    private bool TrySettle(RemoteRequest request)
    {
        if (Unflushed is null || !request.IsSubmitted)
        {
            return true;
        }

        if (request.IsBeingFlushed)
        {
            bool isSafe = OwnStatus(request) == (byte)BlockStatus.Ok;
            request.OwnAnswer = isSafe ? s_done : s_failed;
            if (isSafe)
            {
                Unflushed.Flushed(request.Reach);
            }

            return true;
        }

        bool isWrite = UnflushedWrites.IsWrite(request.Type) && Unflushed.Wants(KeepsWrites);
        if ((!isWrite && !UnflushedWrites.IsFlush(request.Type)) || request.WritableLength != 1 || Status(request) != (byte)BlockStatus.Ok)
        {
            return true;
        }

        if (!isWrite)
        {
            Unflushed.Flushed(request.Reach);
            return true;
        }

        if (request.ReadableLength <= int.MaxValue && Unflushed.TryAdd((int)request.ReadableLength, out Span<byte> kept))
        {
            CopyReadable(request, kept);
            return true;
        }

        Flush(request);
        return false;
    }

    private void Flush(RemoteRequest request)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)BlockRequestType.Flush);
        Release(request);
        request.IsAnswered = false;
        request.Reach = Unflushed!.End;

        // There is room, as the write has given back more than this takes.
        request.IsBeingFlushed = TrySubmitOwn(request, header);
        _mustKick = true;
    }

    private bool TrySubmitOwn(RemoteRequest request, ReadOnlySpan<byte> readable)
    {
        if (_ring is null || _area is null)
        {
            return false;
        }

        int room = (int)RoomFor(readable.Length, _area);
        int count = 1 + (_area.Fat is { } fat ? room / (int)fat.SlotLength : 1);
        if (_ring.FreeEntries < count || !_area.TryAllocate(room + 1, out int offset))
        {
            return false;
        }

        (request.AreaOffset, request.AreaLength, request.SegmentCount, request.WritableOffset) = (offset, room + 1, count, offset + room);
        readable.CopyTo(_area.Bytes(offset, readable.Length));
        _area.Bytes(request.WritableOffset, 1)[0] = byte.MaxValue;
        _segments.Clear();
        AddSegments(offset, readable.Length, isWritable: false, _area);
        AddSegments(request.WritableOffset, 1, isWritable: true, _area);
        request.Head = _ring.Add(CollectionsMarshal.AsSpan(_segments), SlotAt(_area, offset));
        request.IsSubmitted = true;
        request.IsAnswered = false;
        _byHead[request.Head] = request;
        return true;
    }

    private byte OwnStatus(RemoteRequest request) => _area!.Bytes(request.WritableOffset, 1)[0];

    // The only byte that the peer writes.
    private byte Status(RemoteRequest request)
    {
        DmaRange piece = request.Writable[0];
        return _addresses is not null && _addresses.TryFind(piece, out _) ? piece.Bytes[0] : _area!.Bytes(request.WritableOffset, 1)[0];
    }

    private void CopyReadable(RemoteRequest request, Span<byte> destination)
    {
        int offset = request.AreaOffset;
        foreach (DmaRange piece in request.Readable)
        {
            if (_addresses is not null && _addresses.TryFind(piece, out _))
            {
                piece.Bytes.CopyTo(destination);
            }
            else
            {
                _area!.Bytes(offset, piece.Length).CopyTo(destination);
                offset += piece.Length;
            }

            destination = destination[piece.Length..];
        }
    }
}
