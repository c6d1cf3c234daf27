using System.Buffers.Binary;
using System.Text;
using Emulator.Testing.Network;

namespace Emulator.Testing.Tests.Network;

public class DhcpServerTests
{
    private const uint TransactionId = 0xdead_beef;

    [Test]
    public void ClientIsOfferedAnAddressAndGetsIt()
    {
        using var bench = new LanBench(new LanOptions { BootFile = "boot.efi" });

        Send(bench, DhcpMessage.Discover);
        byte[] offerFrame = bench.Next();
        UdpDatagram offer = LanBench.DatagramOf(offerFrame);
        Assert.That(offer.SourcePort, Is.EqualTo(67));
        Assert.That(offer.DestinationPort, Is.EqualTo(68));
        Assert.That(offer.Payload[0], Is.EqualTo(2));
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(offer.Payload[4..]), Is.EqualTo(TransactionId));
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(offer.Payload[16..]), Is.EqualTo(LanAddresses.FirstClient));
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(offer.Payload[20..]), Is.EqualTo(LanAddresses.Server));
        Assert.That(Encoding.ASCII.GetString(offer.Payload.Slice(108, 9)), Is.EqualTo("boot.efi\0"));
        Assert.That(new DhcpOptions(offer.Payload[240..]).MessageType, Is.EqualTo(DhcpMessage.Offer));

        Send(bench, DhcpMessage.Request, LanAddresses.FirstClient);
        byte[] answer = bench.Next();
        Assert.That(new DhcpOptions(LanBench.DatagramOf(answer).Payload[240..]).MessageType, Is.EqualTo(DhcpMessage.Acknowledge));
        Assert.That(Option(answer, DhcpOption.SubnetMask), Is.EqualTo(new byte[] { 255, 255, 255, 0 }));
        Assert.That(Option(answer, DhcpOption.Router), Is.EqualTo(new byte[] { 10, 0, 2, 2 }));
        Assert.That(Option(answer, DhcpOption.ServerIdentifier), Is.EqualTo(new byte[] { 10, 0, 2, 2 }));
    }

    [Test]
    public void AddressOfSomebodyElseIsRefused()
    {
        using var bench = new LanBench();
        Send(bench, DhcpMessage.Request, 0x0a00_02c8);
        Assert.That(new DhcpOptions(LanBench.DatagramOf(bench.Next()).Payload[240..]).MessageType, Is.EqualTo(DhcpMessage.Refuse));
    }

    [Test]
    public void EachStationHasItsOwnAddressAndKeepsIt()
    {
        using var bench = new LanBench();
        Assert.That(AddressFor(1), Is.EqualTo(LanAddresses.FirstClient));
        Assert.That(AddressFor(2), Is.EqualTo(LanAddresses.FirstClient + 1));
        Assert.That(AddressFor(1), Is.EqualTo(LanAddresses.FirstClient));

        uint AddressFor(byte station)
        {
            Send(bench, DhcpMessage.Discover, station: new MacAddress(station));
            return BinaryPrimitives.ReadUInt32BigEndian(LanBench.DatagramOf(bench.Next()).Payload[16..]);
        }
    }

    [Test]
    public void PlainBootpIsAnswered()
    {
        using var bench = new LanBench();
        Send(bench, type: null);
        byte[] frame = bench.Next();
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(LanBench.DatagramOf(frame).Payload[16..]), Is.EqualTo(LanAddresses.FirstClient));
        Assert.That(LanBench.DatagramOf(frame).Payload.Length, Is.EqualTo(300));
    }

    [Test]
    public void RequestForAnotherServerIsNotAnswered()
    {
        using var bench = new LanBench();
        Send(bench, DhcpMessage.Request, LanAddresses.FirstClient, server: 0x0a00_0209);
        bench.RunFor(1_000_000_000);
        Assert.That(bench.Frames, Is.Zero);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void BroadcastIsUsedWhenTheClientAsksForIt(bool broadcast)
    {
        using var bench = new LanBench();
        Send(bench, DhcpMessage.Discover, broadcast: broadcast);
        Assert.That(EthernetFrame.TryParse(bench.Next(), out EthernetFrame frame), Is.True);
        Assert.That(frame.Destination, Is.EqualTo(broadcast ? MacAddress.Broadcast : LanBench.Station));
    }

    private static void Send(LanBench bench, DhcpMessage? type, uint? wanted = null, uint? server = null, MacAddress? station = null, bool broadcast = false)
    {
        byte[] message = new byte[300];
        message[0] = 1;
        message[1] = 1;
        message[2] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), TransactionId);
        message[10] = (byte)(broadcast ? 0x80 : 0);
        (station ?? LanBench.Station).Write(message.AsSpan(28));
        if (type is { } kind)
        {
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(236), 0x63825363);
            var options = new DhcpOptionWriter(message.AsSpan(240));
            options.Add(DhcpOption.MessageType, (byte)kind);
            if (wanted is { } address)
            {
                options.Add(DhcpOption.RequestedAddress, address);
            }

            if (server is { } identifier)
            {
                options.Add(DhcpOption.ServerIdentifier, identifier);
            }

            _ = options.End();
        }

        bench.SendDatagram(68, 67, message, Ipv4Packet.Broadcast, source: 0);
    }

    private static byte[] Option(byte[] frame, DhcpOption wanted)
    {
        ReadOnlySpan<byte> options = LanBench.DatagramOf(frame).Payload[240..];
        while (options[0] != (byte)wanted)
        {
            options = options[(2 + options[1])..];
        }

        return options.Slice(2, options[1]).ToArray();
    }
}
