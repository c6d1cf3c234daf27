using Emulator.Memory;

namespace Emulator.Virtio.Queues;

/// <summary>
/// The buffers of one request, all of them looked up and checked: first those that the device reads, then those that it writes. The device goes through both from front to back; how
/// the driver has cut them makes no difference. An object is used again for one request after another.
/// </summary>
internal sealed class DescriptorChain
{
    /// <summary>Most buffers in a chain: as many as QEMU takes.</summary>
    public const int MostBuffers = 1024;

    // The standard allows 2^32 bytes in total (virtio 1.3, section 2.7.5); what a device has written must fit into 32 bits.
    private const long MostBytes = uint.MaxValue;

    private readonly DmaRange[] _buffers = new DmaRange[MostBuffers];
    private int _readableCount;
    private int _count;
    private int _readIndex;
    private int _readOffset;
    private int _writeIndex;
    private int _writeOffset;

    /// <summary>The chain's head in a split ring, the buffer's id in a packed one.</summary>
    public ushort Id { get; private set; }

    /// <summary>Entries of the ring that the chain takes.</summary>
    public int DescriptorCount { get; private set; }

    /// <summary>Bytes that the device has yet to read.</summary>
    public long ReadableLength { get; private set; }

    /// <summary>Bytes that the device can yet write.</summary>
    public long WritableLength { get; private set; }

    /// <summary>Bytes that the device has written.</summary>
    public uint Written { get; private set; }

    /// <summary>The buffers that the device reads, whatever it has taken of them.</summary>
    public ReadOnlySpan<DmaRange> ReadableBuffers => _buffers.AsSpan(0, _readableCount);

    /// <summary>The buffers that the device writes, whatever it has taken of them.</summary>
    public ReadOnlySpan<DmaRange> WritableBuffers => _buffers.AsSpan(_readableCount, _count - _readableCount);

    /// <summary>What to tell the driver when the device is done.</summary>
    public UsedElement Used => new(Id, (ushort)DescriptorCount, Written);

    /// <summary>Copies the next readable bytes.</summary>
    /// <param name="destination">Where to.</param>
    /// <returns>False when there are not so many; then all are taken.</returns>
    public bool TryRead(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            if (!TryTakeReadable(destination.Length, out ReadOnlySpan<byte> piece))
            {
                return false;
            }

            piece.CopyTo(destination);
            destination = destination[piece.Length..];
        }

        return true;
    }

    /// <summary>Takes the next readable bytes as they lie in memory.</summary>
    /// <param name="most">How many at most, not zero.</param>
    /// <param name="piece">The bytes.</param>
    /// <returns>False at the end.</returns>
    public bool TryTakeReadable(int most, out ReadOnlySpan<byte> piece)
    {
        bool isTaken = TryTakeReadable(most, out DmaRange range);
        piece = range.Bytes;
        return isTaken;
    }

    /// <summary>Takes the next readable bytes, and where they lie.</summary>
    /// <param name="most">How many at most, not zero.</param>
    /// <param name="piece">The bytes.</param>
    /// <returns>False at the end.</returns>
    public bool TryTakeReadable(int most, out DmaRange piece)
    {
        if (_readIndex == _readableCount)
        {
            piece = default;
            return false;
        }

        ref readonly DmaRange buffer = ref _buffers[_readIndex];
        int count = Math.Min(most, buffer.Length - _readOffset);
        piece = buffer.Slice(_readOffset, count);
        ReadableLength -= count;
        Advance(ref _readIndex, ref _readOffset, count, buffer.Length);
        return true;
    }

    /// <summary>Copies bytes to the next writable ones.</summary>
    /// <param name="source">The bytes.</param>
    /// <returns>False when there is no room for all; then as many as fit are written.</returns>
    public bool TryWrite(ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            if (!TryTakeWritable(source.Length, out DmaRange piece))
            {
                return false;
            }

            piece.Write(0, source[..piece.Length]);
            source = source[piece.Length..];
        }

        return true;
    }

    /// <summary>Takes the next writable bytes as they lie in memory; the taker fills them all, and counts for having written them.</summary>
    /// <param name="most">How many at most, not zero.</param>
    /// <param name="piece">The bytes; see <see cref="DmaRange.MarkWritten"/>.</param>
    /// <returns>False at the end.</returns>
    public bool TryTakeWritable(int most, out DmaRange piece)
    {
        if (_writeIndex == _count)
        {
            piece = default;
            return false;
        }

        ref readonly DmaRange buffer = ref _buffers[_writeIndex];
        int count = Math.Min(most, buffer.Length - _writeOffset);
        piece = buffer.Slice(_writeOffset, count);
        WritableLength -= count;
        Written += (uint)count;
        Advance(ref _writeIndex, ref _writeOffset, count, buffer.Length);
        return true;
    }

    /// <summary>Takes the last writable byte away, for a request whose status stands there. Before anything is written.</summary>
    /// <param name="last">The byte.</param>
    /// <returns>False when there is nothing to write.</returns>
    public bool TryTakeLastByte(out DmaRange last)
    {
        if (_writeIndex == _count)
        {
            last = default;
            return false;
        }

        ref DmaRange buffer = ref _buffers[_count - 1];
        last = buffer.Slice(buffer.Length - 1, 1);
        buffer = buffer.Slice(0, buffer.Length - 1);
        WritableLength--;
        if (buffer.Length == 0)
        {
            _count--;
        }

        return true;
    }

    /// <summary>Counts bytes that were written otherwise, as <see cref="TryTakeLastByte"/>'s.</summary>
    /// <param name="count">How many.</param>
    public void CountWritten(int count) => Written += (uint)count;

    /// <summary>Empties the chain.</summary>
    public void Clear()
    {
        Id = 0;
        DescriptorCount = 0;
        ReadableLength = 0;
        WritableLength = 0;
        Written = 0;
        _count = _readableCount = 0;
        _readIndex = _readOffset = _writeIndex = _writeOffset = 0;
    }

    /// <summary>Says where in the ring the chain stands, once all of it is there.</summary>
    public void Identify(ushort id, int descriptorCount)
    {
        Id = id;
        DescriptorCount = descriptorCount;
        _writeIndex = _readableCount;
    }

    /// <summary>Adds a buffer behind the others.</summary>
    public VirtqueueFault Add(DmaView memory, in Descriptor descriptor)
    {
        if (_count == MostBuffers)
        {
            return VirtqueueFault.ChainTooLong;
        }

        if (descriptor.Length is 0 or > int.MaxValue || ReadableLength + WritableLength + descriptor.Length > MostBytes)
        {
            return VirtqueueFault.BufferLength;
        }

        if (!descriptor.IsWritable && _count != _readableCount)
        {
            return VirtqueueFault.BufferOrder;
        }

        if (!memory.TryMap(descriptor.Address, (int)descriptor.Length, descriptor.IsWritable, out _buffers[_count]))
        {
            return VirtqueueFault.BufferAddress;
        }

        _count++;
        if (descriptor.IsWritable)
        {
            WritableLength += descriptor.Length;
        }
        else
        {
            _readableCount++;
            ReadableLength += descriptor.Length;
        }

        return VirtqueueFault.None;
    }

    private static void Advance(ref int index, ref int offset, int count, int length)
    {
        offset += count;
        if (offset == length)
        {
            index++;
            offset = 0;
        }
    }
}
