using System.Buffers.Binary;
using System.Text;
using Emulator.Snapshots;
using Emulator.Testing.Network;
using Emulator.Timing;

namespace Emulator.Testing.Tests.Network;

public class TftpServerTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("emulator-tftp-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(511)]
    [TestCase(512)]
    [TestCase(513)]
    [TestCase(5000)]
    public void FileComesWhole(int length)
    {
        byte[] contents = Make("file", length);
        using LanBench bench = Start("file");
        Assert.That(Read(bench, 512), Is.EqualTo(contents));
    }

    [Test]
    public void MoreBlocksThanTheirNumbersHaveBits()
    {
        byte[] contents = Make("file", (70_000 * 8) + 3);
        using LanBench bench = Start("file", "blksize", "8");
        Assert.That(Read(bench, 8, agreed: "blksize\08\0"), Is.EqualTo(contents));
    }

    [Test]
    public void OptionsAreAgreedOn()
    {
        byte[] contents = Make("file", 100_000);
        using LanBench bench = Start("file", "tsize", "0", "blksize", "60000", "timeout", "3", "windowsize", "4", "unheard", "1");
        Assert.That(Read(bench, 1468, window: 4, agreed: "tsize\0100000\0blksize\01468\0timeout\03\0windowsize\04\0"), Is.EqualTo(contents));
    }

    [TestCase(1)]
    [TestCase(8)]
    public void WhatIsLostIsSentAgain(int window)
    {
        byte[] contents = Make("file", 20_000);
        using LanBench bench = window == 1 ? Start("file") : Start("file", "windowsize", "8");
        bench.IsLost = frame => frame % 5 == 3;
        Assert.That(Read(bench, 512, window, agreed: window == 1 ? null : "windowsize\08\0"), Is.EqualTo(contents));
    }

    [Test]
    public void SilentClientIsForgotten()
    {
        Make("file", 1000);
        using LanBench bench = Start("file");
        bench.RunFor(100_000_000_000);
        Assert.That(bench.Frames, Is.EqualTo(6));
        Assert.That(bench.Clock.NextDeadline, Is.EqualTo(VirtualTime.Never));
    }

    [TestCase("absent", 1)]
    [TestCase("../outside", 1)]
    [TestCase("folder", 1)]
    [TestCase("link", 1)]
    public void WhatIsNotInTheFolderIsNotFound(string name, int error)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "folder"));
        string outside = Path.GetTempFileName();
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), outside);
        using LanBench bench = Start(name);
        UdpDatagram answer = LanBench.DatagramOf(bench.Next());
        File.Delete(outside);
        Assert.That(LanBench.Word(answer.Payload, 0), Is.EqualTo((ushort)TftpOperation.Error));
        Assert.That(LanBench.Word(answer.Payload, 2), Is.EqualTo(error));
    }

    [Test]
    public void WritingIsRefused()
    {
        using var bench = new LanBench(new LanOptions { Folder = _folder });
        bench.SendDatagram(2000, 69, [0, 2, .. "file\0octet\0"u8]);
        UdpDatagram answer = LanBench.DatagramOf(bench.Next());
        Assert.That(answer.Payload[..4].ToArray(), Is.EqualTo(new byte[] { 0, 5, 0, 2 }));
        Assert.That(Directory.GetFiles(_folder), Is.Empty);
    }

    [Test]
    public void TransferGoesOnAfterASnapshot()
    {
        byte[] contents = Make("file", 2000);
        using LanBench bench = Start("file");
        UdpDatagram first = LanBench.DatagramOf(bench.Next());
        Assert.That(first.Payload[4..].ToArray(), Is.EqualTo(contents[..512]));
        ushort port = first.SourcePort;
        var writer = new SnapshotWriter();
        bench.Clock.Save(writer);
        bench.Lan.Save(writer);

        using var restored = new LanBench(new LanOptions { Folder = _folder });
        var reader = new SnapshotReader(writer.ToArray());
        restored.Clock.Load(reader);
        restored.Lan.Load(reader);
        Acknowledge(restored, port, 1);

        Assert.That(LanBench.DatagramOf(restored.Next()).Payload[4..].ToArray(), Is.EqualTo(contents[512..1024]));
    }

    private byte[] Make(string name, int length)
    {
        byte[] contents = new byte[length];
        new Random(length).NextBytes(contents);
        File.WriteAllBytes(Path.Combine(_folder, name), contents);
        return contents;
    }

    private LanBench Start(string name, params string[] options)
    {
        var bench = new LanBench(new LanOptions { Folder = _folder });
        string words = string.Concat(new[] { name, "octet" }.Concat(options).Select(word => word + "\0"));
        bench.SendDatagram(2000, 69, [0, 1, .. Encoding.ASCII.GetBytes(words)]);
        return bench;
    }

    private static byte[] Read(LanBench bench, int blockSize, int window = 1, string? agreed = null)
    {
        var contents = new MemoryStream();
        long blocks = 0;
        int sinceAcknowledged = 0;
        while (true)
        {
            UdpDatagram datagram = LanBench.DatagramOf(bench.Next());
            ushort port = datagram.SourcePort;
            if (LanBench.Word(datagram.Payload, 0) == (ushort)TftpOperation.OptionAcknowledgment)
            {
                Assert.That(Encoding.ASCII.GetString(datagram.Payload[2..]), Is.EqualTo(agreed));
                Acknowledge(bench, port, 0);
                continue;
            }

            Assert.That(LanBench.Word(datagram.Payload, 0), Is.EqualTo((ushort)TftpOperation.Data));
            bool isNext = LanBench.Word(datagram.Payload, 2) == (ushort)(blocks + 1);
            int length = datagram.Payload.Length - 4;
            if (isNext)
            {
                blocks++;
                contents.Write(datagram.Payload[4..]);
            }

            if (!isNext || ++sinceAcknowledged == window || length < blockSize)
            {
                sinceAcknowledged = 0;
                Acknowledge(bench, port, (ushort)blocks);
            }

            if (isNext && length < blockSize)
            {
                return contents.ToArray();
            }
        }
    }

    private static void Acknowledge(LanBench bench, ushort port, ushort block)
    {
        byte[] message = [0, 4, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), block);
        bench.SendDatagram(2000, port, message);
    }
}
