using System.Buffers.Binary;

namespace Emulator.Network;

/// <summary>
/// Cuts a large frame into frames that fit an Ethernet, with all checksums: as an adapter does whose driver leaves segmentation to it. The headers are the guest's, and checked before
/// anything is done by them.
/// </summary>
internal ref struct FrameSegmenter
{
    /// <summary>Bytes of the largest frame that comes out: with a VLAN's tag.</summary>
    public const int MostFrameBytes = 1518;

    private const int EthernetLength = 14;
    private const int VlanTagLength = 4;
    private const int Ipv4Length = 20;
    private const int Ipv6Length = 40;
    private const int TcpLength = 20;
    private const int UdpLength = 8;

    // A driver that wants small pieces gets its segments from a link with a small MTU, and then sends smaller frames.
    private const int MostPieces = 1024;
    private const byte TcpProtocol = 6;
    private const byte UdpProtocol = 17;
    private const byte FinAndPush = 0x09;
    private const byte CongestionWindowReduced = 0x80;

    private readonly ReadOnlySpan<byte> _frame;
    private readonly FrameOffload _offload;
    private readonly int _networkStart;
    private readonly int _headersLength;
    private readonly bool _isIpv6;
    private int _position;
    private ushort _number;

    private FrameSegmenter(ReadOnlySpan<byte> frame, in FrameOffload offload, int networkStart, int headersLength, bool isIpv6)
    {
        _frame = frame;
        _offload = offload;
        _networkStart = networkStart;
        _headersLength = headersLength;
        _isIpv6 = isIpv6;
        _position = headersLength;
    }

    private readonly bool IsTcp => _offload.Kind != SegmentationKind.Udp;

    /// <summary>Begins to cut a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="offload">What the driver says of it.</param>
    /// <param name="segmenter">What gives the pieces.</param>
    /// <returns>False when the frame is not what the driver says, or its pieces would be too long.</returns>
    public static bool TryStart(ReadOnlySpan<byte> frame, in FrameOffload offload, out FrameSegmenter segmenter)
    {
        segmenter = default;
        int network = FindNetworkHeader(frame, out ushort etherType);
        bool isIpv6 = etherType == 0x86dd;
        bool isKind = offload.Kind switch
        {
            SegmentationKind.Tcp4 => etherType == 0x0800,
            SegmentationKind.Tcp6 => isIpv6,
            SegmentationKind.Udp => isIpv6 || etherType == 0x0800,
            _ => false,
        };
        int transport = offload.ChecksumStart;
        bool isTcp = offload.Kind != SegmentationKind.Udp;
        int least = transport + (isTcp ? TcpLength : UdpLength);
        if (!isKind || offload.SegmentSize == 0 || offload.ChecksumOffset != (isTcp ? 16 : 6) || least > frame.Length || !IsNetworkHeader(frame[network..], isIpv6, transport - network, isTcp))
        {
            return false;
        }

        int headers = transport + (isTcp ? frame[transport + 12] >> 4 << 2 : UdpLength);
        if (headers < least || headers > frame.Length || frame.Length - network > 65535 || headers + Math.Min(offload.SegmentSize, frame.Length - headers) > MostFrameBytes
            || (frame.Length - headers) / offload.SegmentSize >= MostPieces)
        {
            return false;
        }

        segmenter = new FrameSegmenter(frame, offload, network, headers, isIpv6);
        return true;
    }

    /// <summary>Gives the next piece.</summary>
    /// <param name="destination">Where to; <see cref="MostFrameBytes"/> are enough.</param>
    /// <param name="length">Its length.</param>
    /// <returns>False when there are no more.</returns>
    public bool TryNext(Span<byte> destination, out int length)
    {
        int count = Math.Min(_offload.SegmentSize, _frame.Length - _position);
        length = _headersLength + count;

        // A frame without payload is one piece.
        if (count == 0 && _number != 0)
        {
            return false;
        }

        Span<byte> piece = destination[..length];
        _frame[.._headersLength].CopyTo(piece);
        _frame.Slice(_position, count).CopyTo(piece[_headersLength..]);
        bool isLast = _position + count == _frame.Length;
        FinishNetwork(piece[_networkStart..]);
        FinishTransport(piece, _position - _headersLength, isLast);
        _position += count;
        _number++;
        return true;
    }

    // Behind the addresses and any VLAN's tag.
    private static int FindNetworkHeader(ReadOnlySpan<byte> frame, out ushort etherType)
    {
        int start = EthernetLength;
        etherType = 0;
        if (frame.Length < EthernetLength + VlanTagLength)
        {
            return 0;
        }

        etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[(start - 2)..]);
        if (etherType == 0x8100)
        {
            start += VlanTagLength;
            etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[(start - 2)..]);
        }

        return start;
    }

    // Headers of IPv6 may be followed by others, which stay as they are.
    private static bool IsNetworkHeader(ReadOnlySpan<byte> packet, bool isIpv6, int length, bool isTcp)
    {
        if (isIpv6)
        {
            return length >= Ipv6Length && length <= packet.Length && packet[0] >> 4 == 6;
        }

        return length >= Ipv4Length && length <= packet.Length && packet[0] >> 4 == 4 && (packet[0] & 15) * 4 == length && packet[9] == (isTcp ? TcpProtocol : UdpProtocol);
    }

    private readonly void FinishNetwork(Span<byte> packet)
    {
        if (_isIpv6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - Ipv6Length));
            return;
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) + _number));
        packet[10..12].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], InternetChecksum.Finish(InternetChecksum.Add(0, packet[..(_offload.ChecksumStart - _networkStart)])));
    }

    private readonly void FinishTransport(Span<byte> frame, int sent, bool isLast)
    {
        ReadOnlySpan<byte> packet = frame[_networkStart..];
        Span<byte> transport = frame[_offload.ChecksumStart..];
        if (IsTcp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(transport[4..], BinaryPrimitives.ReadUInt32BigEndian(transport[4..]) + (uint)sent);
            transport[13] &= isLast ? (byte)0xff : unchecked((byte)~FinAndPush);
            transport[13] &= _number == 0 ? (byte)0xff : unchecked((byte)~CongestionWindowReduced);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)transport.Length);
        }

        transport.Slice(_offload.ChecksumOffset, 2).Clear();
        ReadOnlySpan<byte> addresses = _isIpv6 ? packet.Slice(8, 32) : packet.Slice(12, 8);
        uint sum = InternetChecksum.Add(0, addresses);
        sum = InternetChecksum.Add(sum, [0, IsTcp ? TcpProtocol : UdpProtocol, (byte)(transport.Length >> 8), (byte)transport.Length]);
        ushort checksum = InternetChecksum.Finish(InternetChecksum.Add(sum, transport));
        BinaryPrimitives.WriteUInt16BigEndian(transport[_offload.ChecksumOffset..], checksum == 0 && !IsTcp ? (ushort)0xffff : checksum);
    }
}
