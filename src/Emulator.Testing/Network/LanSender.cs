using Emulator.Timing;

namespace Emulator.Testing.Network;

/// <summary>Composes what the servers of a <see cref="Lan"/> send. The payload is written first, in its place, then sent.</summary>
internal sealed class LanSender
{
    /// <summary>Bytes of the largest IPv4 packet.</summary>
    public const int MaximumPacket = 1500;

    /// <summary>Bytes of the largest payload of a UDP datagram.</summary>
    public const int MaximumDatagram = MaximumPacket - Ipv4Packet.HeaderLength - UdpDatagram.HeaderLength;

    /// <summary>Bytes of the largest payload of a TCP segment.</summary>
    public const int MaximumSegment = MaximumPacket - Ipv4Packet.HeaderLength - TcpSegment.HeaderLength;

    private const int PacketStart = EthernetFrame.HeaderLength;
    private const int TransportStart = PacketStart + Ipv4Packet.HeaderLength;

    private readonly byte[] _frame = new byte[PacketStart + MaximumPacket];
    private readonly FramesUnderWay _frames;
    private readonly long _latency;

    /// <summary>Creates a sender.</summary>
    public LanSender(FramesUnderWay frames, long latency)
    {
        _frames = frames;
        _latency = latency;
    }

    /// <summary>The machine's clock, once it is connected.</summary>
    public IMachineClock? Clock { get; set; }

    /// <summary>The present instant.</summary>
    public VirtualTime Now => Clock!.Now;

    /// <summary>Where the payload of an Ethernet frame is written.</summary>
    public Span<byte> FramePayload => _frame.AsSpan(PacketStart);

    /// <summary>Where the payload of an IPv4 packet is written.</summary>
    public Span<byte> PacketPayload => _frame.AsSpan(TransportStart);

    /// <summary>Where the payload of a UDP datagram is written.</summary>
    public Span<byte> DatagramPayload => _frame.AsSpan(TransportStart + UdpDatagram.HeaderLength);

    /// <summary>Where the payload of a TCP segment is written.</summary>
    public Span<byte> SegmentPayload => _frame.AsSpan(TransportStart + TcpSegment.HeaderLength);

    /// <summary>Sends an Ethernet frame.</summary>
    /// <param name="destination">To whom.</param>
    /// <param name="type">The protocol within.</param>
    /// <param name="length">Bytes of the payload.</param>
    public void SendFrame(MacAddress destination, ushort type, int length)
    {
        EthernetFrame.WriteHeader(_frame, destination, LanAddresses.ServerStation, type);
        _frames.Add(Now.After(_latency), _frame.AsSpan(0, PacketStart + length));
    }

    /// <summary>Sends an IPv4 packet.</summary>
    /// <param name="peer">To whom.</param>
    /// <param name="protocol">The protocol within.</param>
    /// <param name="length">Bytes of the payload.</param>
    public void SendPacket(LanPeer peer, byte protocol, int length)
    {
        Ipv4Packet.WriteHeader(_frame.AsSpan(PacketStart, Ipv4Packet.HeaderLength + length), protocol, LanAddresses.Server, peer.Address);
        SendFrame(peer.Mac, EthernetFrame.Ipv4, Ipv4Packet.HeaderLength + length);
    }

    /// <summary>Sends a UDP datagram.</summary>
    /// <param name="peer">To whom.</param>
    /// <param name="sourcePort">From which port.</param>
    /// <param name="destinationPort">To which port.</param>
    /// <param name="length">Bytes of the payload.</param>
    public void SendDatagram(LanPeer peer, ushort sourcePort, ushort destinationPort, int length)
    {
        Span<byte> datagram = _frame.AsSpan(TransportStart, UdpDatagram.HeaderLength + length);
        UdpDatagram.WriteHeader(datagram, LanAddresses.Server, sourcePort, peer.Address, destinationPort);
        SendPacket(peer, Ipv4Packet.Udp, datagram.Length);
    }

    /// <summary>Sends a TCP segment.</summary>
    /// <param name="peer">To whom.</param>
    /// <param name="sourcePort">From which port.</param>
    /// <param name="destinationPort">To which port.</param>
    /// <param name="sequence">Number of the first byte.</param>
    /// <param name="acknowledgment">Number of the byte that is expected.</param>
    /// <param name="flags">The control bits; a SYN has no payload.</param>
    /// <param name="window">What may be sent back.</param>
    /// <param name="length">Bytes of the payload.</param>
    public void SendSegment(LanPeer peer, ushort sourcePort, ushort destinationPort, uint sequence, uint acknowledgment, TcpFlags flags, ushort window, int length)
    {
        int options = flags.HasFlag(TcpFlags.Synchronize) ? TcpSegment.MaximumSegmentSizeOptionLength : 0;
        Span<byte> segment = _frame.AsSpan(TransportStart, TcpSegment.HeaderLength + options + length);
        TcpSegment.WriteHeader(segment, LanAddresses.Server, sourcePort, peer.Address, destinationPort, sequence, acknowledgment, flags, window, MaximumSegment);
        SendPacket(peer, Ipv4Packet.Tcp, segment.Length);
    }
}
