using System.Buffers.Binary;
using Emulator.Network;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Net;

// From the driver to the link.
internal sealed partial class VirtioNet
{
    private bool Send(DescriptorChain chain)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (!chain.TryRead(header[..FrameHeaderLength]))
        {
            return false;
        }

        long length = chain.ReadableLength;
        if (header[1] != (byte)SegmentationKind.None)
        {
            if (_isLinkUp && length is > 0 and <= FrameOffload.MostFrameBytes)
            {
                SendLarge(chain, header, (int)length);
            }
        }
        else if (_isLinkUp && length is > 0 and <= MostFrameBytes)
        {
            // What is longer cannot have been agreed on, and goes nowhere.
            SendPlain(chain, header, (int)length);
        }

        return true;
    }

    private void SendPlain(DescriptorChain chain, ReadOnlySpan<byte> header, int length)
    {
        // Nearly every frame lies in one piece, and then needs no copy.
        bool isSummed = (header[0] & NeedsChecksum) == 0;
        ReadOnlySpan<byte> piece = default;
        if (isSummed && chain.TryTakeReadable(length, out piece) && piece.Length == length)
        {
            _link.Transmit(piece);
            return;
        }

        Span<byte> frame = _frame.AsSpan(0, length);
        piece.CopyTo(frame);
        _ = chain.TryRead(frame[piece.Length..]);
        if (isSummed || TryComplete(frame, header))
        {
            _link.Transmit(frame);
        }
    }

    private void SendLarge(DescriptorChain chain, ReadOnlySpan<byte> header, int length)
    {
        var offload = new FrameOffload(
            (SegmentationKind)(header[1] & ~CongestionBit),
            (header[1] & CongestionBit) != 0,
            BinaryPrimitives.ReadUInt16LittleEndian(header[4..]),
            BinaryPrimitives.ReadUInt16LittleEndian(header[6..]),
            BinaryPrimitives.ReadUInt16LittleEndian(header[8..]));

        // The checksum is the device's to complete, too (section 5.1.6.2); a driver that says otherwise, or uses what was not agreed on, sends nothing.
        bool isAllowed = (header[0] & NeedsChecksum) != 0 && Has(offload.Kind switch
        {
            SegmentationKind.Tcp4 => NetFeatures.HostTcp4,
            SegmentationKind.Tcp6 => NetFeatures.HostTcp6,
            SegmentationKind.Udp => NetFeatures.HostUdp,
            _ => 0,
        });
        Span<byte> frame = _largeFrame.AsSpan(0, length);
        _ = chain.TryRead(frame);
        if (!isAllowed || (offload.HasCongestionBit && !Has(NetFeatures.HostCongestion)) || !FrameSegmenter.TryStart(frame, offload, out FrameSegmenter segmenter))
        {
            return;
        }

        if (_link is ILargeFrameLink { TakesLargeFrames: true } link)
        {
            link.Transmit(frame, offload);
            return;
        }

        while (segmenter.TryNext(_frame, out int count))
        {
            _link.Transmit(_frame.AsSpan(0, count));
        }
    }

    // The driver has put the sum of the pseudo header where the checksum belongs (section 5.1.6.2).
    private static bool TryComplete(Span<byte> frame, ReadOnlySpan<byte> header)
    {
        int start = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        int place = start + BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        if (place + 2 > frame.Length)
        {
            return false;
        }

        ushort checksum = InternetChecksum.Finish(InternetChecksum.Add(0, frame[start..]));
        BinaryPrimitives.WriteUInt16BigEndian(frame[place..], checksum == 0 ? (ushort)0xffff : checksum);
        return true;
    }
}
