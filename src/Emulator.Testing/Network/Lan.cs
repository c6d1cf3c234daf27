using System.Buffers.Binary;
using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Testing.Network;

/// <summary>
/// A network in the process that needs no rights on the host: a router at 10.0.2.2 that answers ARP and ping, gives addresses by DHCP from 10.0.2.15 on, and serves a
/// folder of the host by TFTP and HTTP. There is nothing behind it, and no name server. It speaks IPv4.
/// </summary>
/// <example>
/// <code>
/// using Machine machine = new MachineBuilder(Board.Virt).WithFirmware("u-boot.bin")
///     .WithVirtioNet(() => new Lan(new LanOptions { Folder = "images" })).Build();
/// machine.Console.Expect("=> ").Send("dhcp; tftpboot 10.0.2.2:kernel\n");
/// </code>
/// </example>
public sealed class Lan : INetworkLink, ITimerTarget, IDisposable
{
    private const ushort EthernetHardware = 1;
    private const int ArpLength = 28;
    private const ushort ArpRequest = 1;
    private const ushort ArpReply = 2;
    private const byte EchoRequest = 8;
    private const byte EchoReply = 0;
    private const byte Unreachable = 3;
    private const byte PortUnreachable = 3;
    private const int IcmpHeaderLength = 8;

    private readonly FramesUnderWay _frames = new();
    private readonly LanSender _sender;
    private readonly DhcpServer _dhcp;
    private readonly TftpServer _tftp;
    private readonly HttpServer _http;
    private INetworkAdapter? _adapter;
    private TimerId _timer;

    /// <summary>Creates a network.</summary>
    /// <param name="options">What it offers; addresses alone if null.</param>
    /// <exception cref="DirectoryNotFoundException">The folder is not there.</exception>
    /// <exception cref="ArgumentException">The boot file's name is too long, or the latency less than 1.</exception>
    public Lan(LanOptions? options = null)
    {
        options ??= new LanOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Latency, 1, nameof(options));
        var folder = new ServedFolder(options.Folder);
        _sender = new LanSender(_frames, options.Latency);
        _dhcp = new DhcpServer(_sender, options.BootFile);
        _tftp = new TftpServer(_sender, folder);
        _http = new HttpServer(_sender, folder);
    }

    /// <inheritdoc/>
    public void Connect(INetworkAdapter adapter, IMachineClock clock, string name)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (_adapter is not null)
        {
            throw new InvalidOperationException("a lan is one device's; create one for each");
        }

        _adapter = adapter;
        _sender.Clock = clock;
        _timer = clock.Register(name + "-lan", this);
    }

    /// <inheritdoc/>
    public void Transmit(ReadOnlySpan<byte> frame)
    {
        if (_adapter is null || !EthernetFrame.TryParse(frame, out EthernetFrame ethernet)
            || (ethernet.Destination != LanAddresses.ServerStation && ethernet.Destination != MacAddress.Broadcast))
        {
            return;
        }

        switch (ethernet.Type)
        {
            case EthernetFrame.Arp:
                AnswerArp(ethernet.Payload);
                break;
            case EthernetFrame.Ipv4 when Ipv4Packet.TryParse(ethernet.Payload, out Ipv4Packet packet):
                Receive(ethernet.Source, packet);
                break;
        }

        Arm();
    }

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        while (_frames.TryTake(_sender.Now, out ReadOnlySpan<byte> frame))
        {
            _adapter!.Receive(frame);
        }

        _tftp.OnTimer();
        _http.OnTimer();
        Arm();
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section("lan", 1);
        _frames.Save(writer);
        _dhcp.Save(writer);
        _tftp.Save(writer);
        _http.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section("lan", 1);
        _frames.Load(reader);
        _dhcp.Load(reader);
        _tftp.Load(reader);
        _http.Load(reader);
    }

    /// <summary>Closes the files that are being read.</summary>
    public void Dispose()
    {
        _tftp.Dispose();
        _http.Dispose();
    }

    private void Arm()
    {
        VirtualTime next = _frames.NextArrival;
        next = _tftp.NextDeadline < next ? _tftp.NextDeadline : next;
        next = _http.NextDeadline < next ? _http.NextDeadline : next;
        _sender.Clock!.Arm(_timer, next);
    }

    // RFC 826.
    private void AnswerArp(ReadOnlySpan<byte> request)
    {
        if (request.Length < ArpLength
            || BinaryPrimitives.ReadUInt16BigEndian(request) != EthernetHardware
            || BinaryPrimitives.ReadUInt16BigEndian(request[2..]) != EthernetFrame.Ipv4
            || BinaryPrimitives.ReadUInt16BigEndian(request[6..]) != ArpRequest
            || BinaryPrimitives.ReadUInt32BigEndian(request[24..]) != LanAddresses.Server)
        {
            return;
        }

        Span<byte> reply = _sender.FramePayload[..ArpLength];
        request[..8].CopyTo(reply);
        BinaryPrimitives.WriteUInt16BigEndian(reply[6..], ArpReply);
        LanAddresses.ServerStation.Write(reply[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(reply[14..], LanAddresses.Server);
        request.Slice(8, 10).CopyTo(reply[18..]);
        _sender.SendFrame(MacAddress.Read(request[8..]), EthernetFrame.Arp, ArpLength);
    }

    private void Receive(MacAddress station, in Ipv4Packet packet)
    {
        bool isOurs = packet.Destination == LanAddresses.Server;
        if (!isOurs && packet.Destination != Ipv4Packet.Broadcast)
        {
            return;
        }

        var peer = new LanPeer(station, packet.Source);
        switch (packet.Protocol)
        {
            case Ipv4Packet.Udp when UdpDatagram.TryParse(packet, out UdpDatagram datagram):
                if (datagram.DestinationPort == DhcpServer.ServerPort)
                {
                    _dhcp.Receive(datagram.Payload);
                }
                else if (isOurs && !_tftp.TryReceive(peer, datagram))
                {
                    SendUnreachable(peer, packet);
                }

                break;
            case Ipv4Packet.Tcp when isOurs && TcpSegment.TryParse(packet, out TcpSegment segment):
                _http.Receive(peer, segment);
                break;
            case Ipv4Packet.Icmp when isOurs:
                AnswerEcho(peer, packet.Payload);
                break;
        }
    }

    // RFC 792.
    private void AnswerEcho(LanPeer peer, ReadOnlySpan<byte> message)
    {
        if (message.Length < IcmpHeaderLength || message.Length > LanSender.MaximumPacket - Ipv4Packet.HeaderLength || message[0] != EchoRequest
            || InternetChecksum.Finish(InternetChecksum.Add(0, message)) != 0)
        {
            return;
        }

        message.CopyTo(_sender.PacketPayload);
        _sender.PacketPayload[0] = EchoReply;
        SendIcmp(peer, message.Length);
    }

    private void SendUnreachable(LanPeer peer, in Ipv4Packet packet)
    {
        Span<byte> message = _sender.PacketPayload;
        ReadOnlySpan<byte> quoted = packet.Bytes[..Math.Min(packet.Bytes.Length, packet.Bytes.Length - packet.Payload.Length + UdpDatagram.HeaderLength)];
        message[..IcmpHeaderLength].Clear();
        message[0] = Unreachable;
        message[1] = PortUnreachable;
        quoted.CopyTo(message[IcmpHeaderLength..]);
        SendIcmp(peer, IcmpHeaderLength + quoted.Length);
    }

    private void SendIcmp(LanPeer peer, int length)
    {
        Span<byte> message = _sender.PacketPayload[..length];
        message[2..4].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Finish(InternetChecksum.Add(0, message)));
        _sender.SendPacket(peer, Ipv4Packet.Icmp, length);
    }
}
