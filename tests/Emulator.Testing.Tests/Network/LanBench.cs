using System.Buffers.Binary;
using Emulator.Network;
using Emulator.Testing.Network;
using Emulator.Timing;

namespace Emulator.Testing.Tests.Network;

/// <summary>A station on a lan, on a clock that the test moves.</summary>
internal sealed class LanBench : INetworkAdapter, IInstructionCounter, IDisposable
{
    public static readonly MacAddress Station = new(0x5254_0012_3456);
    public const uint Address = LanAddresses.FirstClient;

    private readonly byte[] _frame = new byte[2048];

    private readonly INetworkLink _link;

    public LanBench(LanOptions? options = null, PcapWriter? capture = null)
    {
        Clock = new VirtualClock(this);
        Lan = new Lan(options);
        _link = capture is null ? Lan : new CapturingLink(Lan, capture);
        _link.Connect(this, Clock, "net0");
    }

    public Lan Lan { get; }

    public VirtualClock Clock { get; }

    public long RetiredInstructions { get; private set; }

    /// <summary>What has come and was not looked at yet.</summary>
    public Queue<byte[]> Received { get; } = new();

    /// <summary>Says of each frame that comes, by its number from 0, whether it is lost.</summary>
    public Predicate<int> IsLost { get; set; } = _ => false;

    /// <summary>Frames that have come or were lost.</summary>
    public int Frames { get; private set; }

    public void Receive(ReadOnlySpan<byte> frame)
    {
        if (!IsLost(Frames++))
        {
            Received.Enqueue(frame.ToArray());
        }
    }

    public void Dispose() => ((IDisposable)_link).Dispose();

    /// <summary>Lets time pass until a frame has come.</summary>
    public byte[] Next()
    {
        while (Received.Count == 0)
        {
            Assert.That(Clock.NextDeadline, Is.Not.EqualTo(VirtualTime.Never), "nothing will ever come");
            RetiredInstructions = Math.Max(RetiredInstructions, Clock.NextDeadline.Nanoseconds);
            Clock.FireDueTimers();
        }

        return Received.Dequeue();
    }

    /// <summary>Lets all come that comes within a time.</summary>
    public void RunFor(long nanoseconds)
    {
        long end = RetiredInstructions + nanoseconds;
        while (Clock.NextDeadline.Nanoseconds <= end)
        {
            RetiredInstructions = Math.Max(RetiredInstructions, Clock.NextDeadline.Nanoseconds);
            Clock.FireDueTimers();
        }

        RetiredInstructions = end;
    }

    public void SendFrame(MacAddress destination, ushort type, ReadOnlySpan<byte> payload)
    {
        EthernetFrame.WriteHeader(_frame, destination, Station, type);
        payload.CopyTo(_frame.AsSpan(EthernetFrame.HeaderLength));
        _link.Transmit(_frame.AsSpan(0, EthernetFrame.HeaderLength + payload.Length));
    }

    public void SendPacket(byte protocol, ReadOnlySpan<byte> payload, uint destination = LanAddresses.Server, uint source = Address)
    {
        byte[] packet = new byte[Ipv4Packet.HeaderLength + payload.Length];
        payload.CopyTo(packet.AsSpan(Ipv4Packet.HeaderLength));
        Ipv4Packet.WriteHeader(packet, protocol, source, destination);
        SendFrame(destination == Ipv4Packet.Broadcast ? MacAddress.Broadcast : LanAddresses.ServerStation, EthernetFrame.Ipv4, packet);
    }

    public void SendDatagram(ushort sourcePort, ushort destinationPort, ReadOnlySpan<byte> payload, uint destination = LanAddresses.Server, uint source = Address)
    {
        byte[] datagram = new byte[UdpDatagram.HeaderLength + payload.Length];
        payload.CopyTo(datagram.AsSpan(UdpDatagram.HeaderLength));
        UdpDatagram.WriteHeader(datagram, source, sourcePort, destination, destinationPort);
        SendPacket(Ipv4Packet.Udp, datagram, destination, source);
    }

    public void SendSegment(ushort sourcePort, ushort destinationPort, uint sequence, uint acknowledgment, TcpFlags flags, ReadOnlySpan<byte> payload, ushort window = 8192)
    {
        int header = TcpSegment.HeaderLength + (flags.HasFlag(TcpFlags.Synchronize) ? TcpSegment.MaximumSegmentSizeOptionLength : 0);
        byte[] segment = new byte[header + payload.Length];
        payload.CopyTo(segment.AsSpan(header));
        TcpSegment.WriteHeader(segment, Address, sourcePort, LanAddresses.Server, destinationPort, sequence, acknowledgment, flags, window, 1000);
        SendPacket(Ipv4Packet.Tcp, segment);
    }

    /// <summary>The next frame's packet, which must be well formed.</summary>
    public static Ipv4Packet PacketOf(ReadOnlySpan<byte> frame)
    {
        Assert.That(EthernetFrame.TryParse(frame, out EthernetFrame ethernet), Is.True);
        Assert.That(ethernet.Type, Is.EqualTo(EthernetFrame.Ipv4));
        Assert.That(Ipv4Packet.TryParse(ethernet.Payload, out Ipv4Packet packet), Is.True, "a broken packet was sent");
        return packet;
    }

    public static UdpDatagram DatagramOf(ReadOnlySpan<byte> frame)
    {
        Assert.That(UdpDatagram.TryParse(PacketOf(frame), out UdpDatagram datagram), Is.True, "a broken datagram was sent");
        return datagram;
    }

    public static TcpSegment SegmentOf(ReadOnlySpan<byte> frame)
    {
        Assert.That(TcpSegment.TryParse(PacketOf(frame), out TcpSegment segment), Is.True, "a broken segment was sent");
        return segment;
    }

    public static ushort Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]);
}
