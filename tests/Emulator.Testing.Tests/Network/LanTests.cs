using Emulator.Network;
using System.Buffers.Binary;
using Emulator.Snapshots;
using Emulator.Testing.Network;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Testing.Tests.Network;

public class LanTests
{
    [Test]
    public void ArpTellsTheServersStationAfterTheLatency()
    {
        using var bench = new LanBench(new LanOptions { Latency = 5000 });
        bench.SendFrame(MacAddress.Broadcast, EthernetFrame.Arp, ArpRequest(LanAddresses.Server));

        byte[] frame = bench.Next();

        Assert.That(bench.Clock.Now.Nanoseconds, Is.EqualTo(5000));
        Assert.That(EthernetFrame.TryParse(frame, out EthernetFrame reply), Is.True);
        Assert.That(reply.Destination, Is.EqualTo(LanBench.Station));
        Assert.That(LanBench.Word(reply.Payload, 6), Is.EqualTo(2));
        Assert.That(MacAddress.Read(reply.Payload[8..]), Is.EqualTo(LanAddresses.ServerStation));
        Assert.That(MacAddress.Read(reply.Payload[18..]), Is.EqualTo(LanBench.Station));
    }

    [Test]
    public void ArpForSomebodyElseIsNotAnswered()
    {
        using var bench = new LanBench();
        bench.SendFrame(MacAddress.Broadcast, EthernetFrame.Arp, ArpRequest(LanAddresses.Server + 1));
        bench.RunFor(1_000_000_000);
        Assert.That(bench.Frames, Is.Zero);
    }

    [TestCase(0)]
    [TestCase(57)]
    [TestCase(1472)]
    public void PingIsAnsweredWithTheSameBytes(int length)
    {
        using var bench = new LanBench();
        byte[] message = new byte[8 + length];
        message[0] = 8;
        message.AsSpan(4).Fill(0x5a);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), InternetChecksum.Finish(InternetChecksum.Add(0, message)));
        bench.SendPacket(Ipv4Packet.Icmp, message);

        Ipv4Packet packet = LanBench.PacketOf(bench.Next());

        Assert.That(packet.Source, Is.EqualTo(LanAddresses.Server));
        Assert.That(packet.Payload[0], Is.Zero);
        Assert.That(packet.Payload[4..].ToArray(), Is.EqualTo(message[4..]));
        Assert.That(InternetChecksum.Finish(InternetChecksum.Add(0, packet.Payload)), Is.Zero);
    }

    [Test]
    public void PortWithoutServerIsUnreachable()
    {
        using var bench = new LanBench();
        bench.SendDatagram(1234, 53, [1, 2, 3]);

        Ipv4Packet packet = LanBench.PacketOf(bench.Next());

        Assert.That(packet.Protocol, Is.EqualTo(Ipv4Packet.Icmp));
        Assert.That(packet.Payload[..2].ToArray(), Is.EqualTo(new byte[] { 3, 3 }));
        Assert.That(LanBench.Word(packet.Payload, 8 + 20 + 2), Is.EqualTo(53), "it quotes the datagram");
    }

    [Test]
    public void MissingFolderIsSaidAtOnce() =>
        Assert.That(() => new Lan(new LanOptions { Folder = "/nowhere/at/all" }), Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("/nowhere/at/all"));

    [Test]
    public void NoBytesOfAGuestMakeItThrow()
    {
        using var bench = new LanBench(new LanOptions { Folder = TestContext.CurrentContext.TestDirectory });
        Gen<byte[]> noise = ArbMap.Default.GeneratorFor<byte[]>();
        Gen<int> ports = Gen.Elements(67, 69, 80, 49152, 7);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(noise.ToArbitrary(), ports.ToArbitrary(), (bytes, port) =>
        {
            bench.Lan.Transmit(bytes);
            bench.SendFrame(LanAddresses.ServerStation, EthernetFrame.Arp, bytes);
            bench.SendFrame(LanAddresses.ServerStation, EthernetFrame.Ipv4, bytes);
            bench.SendPacket(Ipv4Packet.Icmp, bytes);
            bench.SendPacket(Ipv4Packet.Tcp, bytes);
            bench.SendPacket(Ipv4Packet.Udp, bytes);
            bench.SendDatagram(1000, (ushort)port, bytes);
            bench.SendDatagram(1000, (ushort)port, [0, 1, .. bytes]);
            bench.SendDatagram(1000, (ushort)port, [1, 1, 6, 0, .. new byte[232], 0x63, 0x82, 0x53, 0x63, .. bytes]);
            bench.SendSegment((ushort)bytes.Length, 80, 1, (uint)port, (TcpFlags)(port & 31), bytes);
            bench.RunFor(10_000_000);
            bench.Received.Clear();
        }));
    }

    [Test]
    public void FramesUnderWaySurviveASnapshot()
    {
        using var bench = new LanBench();
        bench.SendFrame(MacAddress.Broadcast, EthernetFrame.Arp, ArpRequest(LanAddresses.Server));
        var writer = new SnapshotWriter();
        bench.Clock.Save(writer);
        bench.Lan.Save(writer);

        using var restored = new LanBench();
        var reader = new SnapshotReader(writer.ToArray());
        restored.Clock.Load(reader);
        restored.Lan.Load(reader);

        Assert.That(reader.AtEnd, Is.True);
        Assert.That(restored.Next(), Is.EqualTo(bench.Next()));
    }

    private static byte[] ArpRequest(uint wanted)
    {
        byte[] request = new byte[28];
        BinaryPrimitives.WriteUInt64BigEndian(request, 0x0001_0800_0604_0001);
        LanBench.Station.Write(request.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(14), LanBench.Address);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(24), wanted);
        return request;
    }
}
