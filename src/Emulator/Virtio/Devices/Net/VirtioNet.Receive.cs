using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Network;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Net;

// From the link to the driver.
internal sealed partial class VirtioNet
{
    private readonly DescriptorChain _nextBuffer = new();
    private readonly DmaRange[] _bufferCount = new DmaRange[2];

    // Frames of one conversation come by one queue, in their order: which one follows from the addresses.
    private int NextReceiveQueue
    {
        get
        {
            if (_activePairs == 1 || _backlog.Count == 0)
            {
                return 0;
            }

            uint hash = 0;
            ReadOnlySpan<byte> frame = _backlog.First;
            foreach (byte value in frame[..Math.Min(frame.Length, 38)])
            {
                hash = (hash * 31) + value;
            }

            return 2 * (int)(hash % (uint)_activePairs);
        }
    }

    /// <inheritdoc/>
    public void Receive(ReadOnlySpan<byte> frame) => Receive(frame, default);

    /// <inheritdoc/>
    public void Receive(ReadOnlySpan<byte> frame, in FrameOffload offload)
    {
        if (!_isLinkUp || !_filter.Accepts(frame, ReceiveFilter.ReadAddress(_address)))
        {
            return;
        }

        if (offload.Kind == SegmentationKind.None ? frame.Length <= MostFrameBytes : TakesUncut(frame, offload))
        {
            Keep(frame, offload);
        }
        else if (FrameSegmenter.TryStart(frame, offload, out FrameSegmenter segmenter))
        {
            while (segmenter.TryNext(_frame, out int length))
            {
                Keep(_frame.AsSpan(0, length), default);
            }
        }
        else
        {
            Dropped++;
        }

        if (_backlog.Count > 0)
        {
            Look(NextReceiveQueue);
        }
    }

    private void Keep(ReadOnlySpan<byte> frame, in FrameOffload offload)
    {
        if (!_backlog.TryAdd(frame, offload))
        {
            Dropped++;
        }
    }

    private bool TakesUncut(ReadOnlySpan<byte> frame, in FrameOffload offload) =>
        frame.Length <= FrameOffload.MostFrameBytes
        && (!offload.HasCongestionBit || Has(NetFeatures.GuestCongestion))
        && offload.Kind switch
        {
            SegmentationKind.Tcp4 => Has(NetFeatures.GuestTcp4),
            SegmentationKind.Tcp6 => Has(NetFeatures.GuestTcp6),

            // Linux takes both or none.
            SegmentationKind.Udp => Has(NetFeatures.GuestUdp4) && Has(NetFeatures.GuestUdp6),
            _ => false,
        };

    private bool Deliver(int queue, DescriptorChain chain)
    {
        ReadOnlySpan<byte> frame = _backlog.First;
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        WriteOffload(header, _backlog.FirstOffload);
        BinaryPrimitives.WriteUInt16LittleEndian(header[LegacyHeaderLength..], 1);
        int length = FrameHeaderLength + frame.Length;
        if (!Has(NetFeatures.MergedBuffers) || length <= chain.WritableLength)
        {
            // A driver without merged buffers must give room for the largest frame (section 5.1.6.3.1).
            if (!chain.TryWrite(header[..FrameHeaderLength]) || !chain.TryWrite(frame))
            {
                return false;
            }

            _backlog.RemoveFirst();
            return true;
        }

        return chain.WritableLength >= HeaderLength && DeliverMerged(queue, chain, header, frame);
    }

    // How many buffers the frame takes is known at its end, and stands in the first one (section 5.1.6.4).
    private bool DeliverMerged(int queue, DescriptorChain chain, ReadOnlySpan<byte> header, ReadOnlySpan<byte> frame)
    {
        _ = chain.TryWrite(header[..LegacyHeaderLength]);
        _bufferCount[1] = default;
        _ = chain.TryTakeWritable(2, out _bufferCount[0]) && (_bufferCount[0].Length == 2 || chain.TryTakeWritable(1, out _bufferCount[1]));
        ReadOnlySpan<byte> rest = WriteSome(chain, frame);
        ushort count = 1;
        while (!rest.IsEmpty)
        {
            if (!TryTakeMore(queue, _nextBuffer))
            {
                // A ring that has no place for a whole frame never will have.
                if (IsExhausted(queue))
                {
                    _backlog.RemoveFirst();
                    Dropped++;
                }

                return PutBack();
            }

            rest = WriteSome(_nextBuffer, rest);
            MarkMore(_nextBuffer);
            count++;
        }

        Span<byte> number = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(number, count);
        _bufferCount[0].Write(0, number[.._bufferCount[0].Length]);
        _bufferCount[1].Write(0, number[_bufferCount[0].Length..]);
        _backlog.RemoveFirst();
        return true;
    }

    private static ReadOnlySpan<byte> WriteSome(DescriptorChain chain, ReadOnlySpan<byte> bytes)
    {
        int count = (int)Math.Min(bytes.Length, chain.WritableLength);
        _ = chain.TryWrite(bytes[..count]);
        return bytes[count..];
    }

    private static void WriteOffload(Span<byte> header, in FrameOffload offload)
    {
        if (offload.Kind != SegmentationKind.None)
        {
            header[0] = NeedsChecksum;
            header[1] = (byte)((byte)offload.Kind | (offload.HasCongestionBit ? CongestionBit : 0));
            BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)(offload.ChecksumStart + offload.ChecksumOffset + 2));
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], offload.SegmentSize);
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], offload.ChecksumStart);
            BinaryPrimitives.WriteUInt16LittleEndian(header[8..], offload.ChecksumOffset);
        }
    }
}
