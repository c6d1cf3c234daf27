using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Emulator.Network;
using Emulator.Testing;
using Emulator.Testing.Network;
using Emulator.Testing.Tests.Network;

namespace Emulator.InteropTests.Network;

/// <summary>What the lan sends, read from a capture by tshark: it finds no checksum, length or sequence number wrong.</summary>
public class LanCaptureTests
{
    [Test]
    public void TsharkFindsNothingWrong()
    {
        string tshark = Peer.RequireProgram("tshark", "install the package tshark");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("emulator-capture-");
        try
        {
            string capture = Path.Combine(folder.FullName, "lan.pcap");
            File.WriteAllBytes(Path.Combine(folder.FullName, "file"), new byte[3000]);
            Record(capture, folder.FullName);

            string[] protocols = Run(tshark, "-r", capture, "-T", "fields", "-e", "_ws.col.Protocol").Split('\n', StringSplitOptions.RemoveEmptyEntries);
            string problems = Run(
                tshark, "-r", capture, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
                "-Y", "_ws.malformed || _ws.expert.severity >= 6291456");

            Assert.That(protocols, Is.SupersetOf(new[] { "ARP", "ICMP", "DHCP", "TFTP", "TCP", "HTTP" }));
            Assert.That(problems, Is.Empty);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Record(string capture, string folder)
    {
        using var bench = new LanBench(new LanOptions { Folder = folder }, PcapWriter.Create(capture));
        byte[] arp = new byte[28];
        BinaryPrimitives.WriteUInt64BigEndian(arp, 0x0001_0800_0604_0001);
        LanBench.Station.Write(arp.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(arp.AsSpan(24), LanAddresses.Server);
        bench.SendFrame(MacAddress.Broadcast, EthernetFrame.Arp, arp);
        byte[] discover = new byte[300];
        discover[0] = discover[1] = 1;
        discover[2] = 6;
        LanBench.Station.Write(discover.AsSpan(28));
        BinaryPrimitives.WriteUInt64BigEndian(discover.AsSpan(236), 0x6382_5363_3501_01ff);
        bench.SendDatagram(68, 67, discover, Ipv4Packet.Broadcast, source: 0);
        bench.SendDatagram(5000, 9, [1]);
        bench.SendDatagram(2000, 69, [0, 1, .. "file\0octet\0blksize\01468\0"u8]);
        bench.RunFor(1_000_000);
        bench.SendSegment(3000, 80, 0, 0, TcpFlags.Synchronize, []);
        bench.RunFor(1_000_000);
        bench.SendSegment(3000, 80, 1, 1, TcpFlags.Acknowledge, Encoding.ASCII.GetBytes("GET /file HTTP/1.0\r\n\r\n"));
        bench.RunFor(1_000_000);
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
