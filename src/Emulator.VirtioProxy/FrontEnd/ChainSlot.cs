using System.Buffers;
using System.Buffers.Binary;
using Emulator.Timing;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.FrontEnd;

/// <summary>
/// A request on its way to a back end: a copy of what the device reads, and room for what it writes. The guest's buffers are touched on the machine's thread only, when the request's instant has come.
/// </summary>
internal sealed class ChainSlot
{
    private readonly List<(int Start, int Length)> _written = [];
    private byte[] _bytes = [];
    private volatile bool _isUsed;

    /// <summary>The guest's buffers.</summary>
    public DescriptorChain Chain { get; } = new();

    /// <summary>The queue.</summary>
    public int Queue { get; private set; }

    /// <summary>Names it in its queue.</summary>
    public ushort Head { get; private set; }

    /// <summary>When the guest has announced it.</summary>
    public VirtualTime Announced { get; private set; }

    /// <summary>The same by the host's clock; 0 when nobody looked.</summary>
    public long HostAnnounced { get; private set; }

    /// <summary>When the guest is to see it done.</summary>
    public VirtualTime Due { get; private set; }

    /// <summary>Bytes that the device reads.</summary>
    public int Readable { get; private set; }

    /// <summary>Bytes that it writes.</summary>
    public int Writable { get; private set; }

    /// <summary>True when the back end is done with it.</summary>
    public bool IsUsed => _isUsed;

    /// <summary>What the used ring is to say.</summary>
    public uint UsedLength { get; private set; }

    /// <summary>What kind of request it is, as its first word says; for disks.</summary>
    public uint Type => Readable >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(_bytes) : uint.MaxValue;

    /// <summary>How far a flush reaches: <see cref="Unflushed.UnflushedWrites.End"/> when it was sent.</summary>
    public long Reach { get; set; }

    /// <summary>The last byte that the device writes, which tells how a request to a disk has ended.</summary>
    public byte Status => Writable > 0 ? Incoming[^1] : byte.MaxValue;

    /// <summary>A copy of what the device reads.</summary>
    public ReadOnlySpan<byte> Outgoing => _bytes.AsSpan(0, Readable);

    private Span<byte> Incoming => _bytes.AsSpan(Readable, Writable);

    /// <summary>Takes a request that was popped into <see cref="Chain"/>.</summary>
    /// <param name="queue">Its queue.</param>
    /// <param name="head">Names it there.</param>
    /// <param name="announced">When the guest has announced it.</param>
    /// <param name="due">When the guest is to see it done.</param>
    /// <param name="hostAnnounced">When it was announced by the host's clock, or 0.</param>
    /// <returns>False when it is too large to be sent.</returns>
    public bool TryBegin(int queue, ushort head, VirtualTime announced, VirtualTime due, long hostAnnounced)
    {
        const int Most = 64 << 20;
        (Queue, Head, Announced, Due, HostAnnounced) = (queue, head, announced, due, hostAnnounced);
        _isUsed = false;
        _written.Clear();
        if (Chain.ReadableLength + Chain.WritableLength > Most)
        {
            return false;
        }

        (Readable, Writable) = ((int)Chain.ReadableLength, (int)Chain.WritableLength);
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(1, Readable + Writable));
        if (Writable > 0)
        {
            Incoming[^1] = byte.MaxValue;
        }

        return Chain.TryRead(_bytes.AsSpan(0, Readable));
    }

    /// <summary>A request of a snapshot is in <see cref="Chain"/>, and will begin when the guest's memory is there.</summary>
    public void Load(int queue, VirtualTime announced, VirtualTime due)
    {
        (Queue, Announced, Due, Readable, Writable) = (queue, announced, due, 0, 0);
        StartAgain();
    }

    /// <summary>Becomes a request that is not the guest's, and whose answer is a status.</summary>
    public void BeginOwn(int queue, ushort head, ReadOnlySpan<byte> readable)
    {
        End();
        (Queue, Head, Readable, Writable) = (queue, head, readable.Length, 1);
        _bytes = ArrayPool<byte>.Shared.Rent(Readable + Writable);
        readable.CopyTo(_bytes);
        Incoming[0] = byte.MaxValue;
        StartAgain();
    }

    /// <summary>Changes the answer of a request that only has a status.</summary>
    public void SetStatus(byte status)
    {
        Incoming[0] = status;
        _written.Clear();
        _written.Add((0, 1));
        UsedLength = 1;
    }

    /// <summary>The back end writes.</summary>
    public void Write(uint offset, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty && offset + (long)bytes.Length <= Writable && !_isUsed)
        {
            bytes.CopyTo(Incoming[(int)offset..]);
            _written.Add(((int)offset, bytes.Length));
        }
    }

    /// <summary>The back end is done.</summary>
    /// <param name="written">What the used ring is to say.</param>
    /// <returns>False when not so much has come: something was lost on the way.</returns>
    public bool TryUse(uint written)
    {
        UsedLength = (uint)Math.Min(written, Writable);
        _isUsed = CountWritten() >= UsedLength;
        return _isUsed;
    }

    /// <summary>Forgets the answer of a back end that is gone.</summary>
    public void StartAgain()
    {
        _isUsed = false;
        _written.Clear();
    }

    /// <summary>Copies what was written into the guest's buffers.</summary>
    public void Deliver()
    {
        _written.Sort();
        int position = 0;
        foreach ((int start, int length) in _written)
        {
            int skip = start - position;
            while (skip > 0 && Chain.TryTakeWritable(skip, out Memory.DmaRange gap))
            {
                skip -= gap.Length;
            }

            // What was written twice is there already.
            int first = Math.Max(start, position);
            if (first < start + length)
            {
                _ = Chain.TryWrite(Incoming[first..(start + length)]);
                position = start + length;
            }
        }
    }

    private long CountWritten()
    {
        if (_written is [var only])
        {
            return only.Length;
        }

        _written.Sort();
        long count = 0;
        int position = 0;
        foreach ((int start, int length) in _written)
        {
            count += Math.Max(0, start + length - Math.Max(start, position));
            position = Math.Max(position, start + length);
        }

        return count;
    }

    /// <summary>Gives the copy back.</summary>
    public void End()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }
}
