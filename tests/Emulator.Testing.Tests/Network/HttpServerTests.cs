using System.Text;
using Emulator.Snapshots;
using Emulator.Testing.Network;
using Emulator.Timing;

namespace Emulator.Testing.Tests.Network;

public class HttpServerTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("emulator-http-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(1000)]
    [TestCase(200_000)]
    public void FileComesWhole(int length)
    {
        byte[] contents = Make("some file", length);
        using var bench = new LanBench(new LanOptions { Folder = _folder });
        (string head, byte[] body) = Get(bench, "GET /some%20file?x=1 HTTP/1.1\r\nHost: 10.0.2.2\r\n\r\n");
        Assert.That(head, Does.StartWith("HTTP/1.1 200 ").And.Contains($"Content-Length: {length}\r\n"));
        Assert.That(body, Is.EqualTo(contents));
        bench.RunFor(100_000_000_000);
        Assert.That(bench.Clock.NextDeadline, Is.EqualTo(VirtualTime.Never), "the connection is forgotten");
    }

    [TestCase(3)]
    [TestCase(7)]
    public void WhatIsLostIsSentAgain(int period)
    {
        byte[] contents = Make("file", 50_000);
        using var bench = new LanBench(new LanOptions { Folder = _folder });
        bench.IsLost = frame => frame % period == period - 1;
        Assert.That(Get(bench, "GET /file HTTP/1.0\r\n\r\n").Body, Is.EqualTo(contents));
    }

    [Test]
    public void ClosedWindowIsAskedAbout()
    {
        byte[] contents = Make("file", 3000);
        using var bench = new LanBench(new LanOptions { Folder = _folder });
        Assert.That(Get(bench, "GET /file HTTP/1.0\r\n\r\n", window: 0).Body, Is.EqualTo(contents));
    }

    [TestCase("GET /absent HTTP/1.1\r\n\r\n", "404")]
    [TestCase("GET /../x HTTP/1.1\r\n\r\n", "404")]
    [TestCase("GET /%2e%2e/x HTTP/1.1\r\n\r\n", "404")]
    [TestCase("PUT /x HTTP/1.1\r\n\r\n", "405")]
    [TestCase("nonsense\r\n\r\n", "400")]
    [TestCase("HEAD /file HTTP/1.1\r\n\r\n", "200")]
    public void StatusAndNoBody(string request, string status)
    {
        Make("file", 10);
        using var bench = new LanBench(new LanOptions { Folder = _folder });
        (string head, byte[] body) = Get(bench, request);
        Assert.That(head, Does.StartWith($"HTTP/1.1 {status} "));
        Assert.That(body, Is.Empty);
    }

    [Test]
    public void EndlessRequestIsRefused()
    {
        using var bench = new LanBench(new LanOptions { Folder = _folder });
        Assert.That(Get(bench, "GET /" + new string('x', 20_000)).Head, Does.StartWith("HTTP/1.1 431 "));
    }

    [Test]
    public void OtherPortIsReset()
    {
        using var bench = new LanBench();
        bench.SendSegment(3000, 81, 100, 0, TcpFlags.Synchronize, []);
        TcpSegment answer = LanBench.SegmentOf(bench.Next());
        Assert.That(answer.Flags, Is.EqualTo(TcpFlags.Reset | TcpFlags.Acknowledge));
        Assert.That(answer.Acknowledgment, Is.EqualTo(101));
    }

    [Test]
    public void ManyConnectionsAreBounded()
    {
        using var bench = new LanBench();
        for (ushort port = 1000; port < 1065; port++)
        {
            bench.SendSegment(port, 80, 0, 0, TcpFlags.Synchronize, []);
        }

        for (int connection = 0; connection < 64; connection++)
        {
            Assert.That(LanBench.SegmentOf(bench.Next()).Flags, Is.EqualTo(TcpFlags.Synchronize | TcpFlags.Acknowledge));
        }

        Assert.That(LanBench.SegmentOf(bench.Next()).Flags.HasFlag(TcpFlags.Reset), Is.True);
    }

    [Test]
    public void AnswerGoesOnAfterASnapshot()
    {
        byte[] contents = Make("file", 30_000);
        using var bench = new LanBench(new LanOptions { Folder = _folder });
        var client = new Client(bench, 8192);
        client.Open("GET /file HTTP/1.0\r\n\r\n");
        _ = client.Step();
        _ = client.Step();
        var writer = new SnapshotWriter();
        bench.Clock.Save(writer);
        bench.Lan.Save(writer);

        using var restored = new LanBench(new LanOptions { Folder = _folder });
        var reader = new SnapshotReader(writer.ToArray());
        restored.Clock.Load(reader);
        restored.Lan.Load(reader);
        client.MoveTo(restored);

        Assert.That(client.ReadAll().Body, Is.EqualTo(contents));
    }

    private byte[] Make(string name, int length)
    {
        byte[] contents = new byte[length];
        new Random(length).NextBytes(contents);
        File.WriteAllBytes(Path.Combine(_folder, name), contents);
        return contents;
    }

    private static (string Head, byte[] Body) Get(LanBench bench, string request, ushort window = 8192)
    {
        var client = new Client(bench, window);
        client.Open(request);
        return client.ReadAll();
    }

    /// <summary>A client that takes what is in its place, and sends again what is not acknowledged whenever it hears anything.</summary>
    private sealed class Client(LanBench bench, ushort window)
    {
        private const uint Initial = 0xffff_fff0;

        private readonly List<byte> _answer = [];
        private LanBench _bench = bench;
        private byte[] _request = [];
        private uint _next = Initial + 1;
        private uint _expected;
        private bool _isOpen;
        private bool _hasFinished;

        public void MoveTo(LanBench other) => _bench = other;

        public void Open(string request)
        {
            _request = Encoding.ASCII.GetBytes(request);
            _bench.SendSegment(3000, 80, Initial, 0, TcpFlags.Synchronize, []);
        }

        public (string Head, byte[] Body) ReadAll()
        {
            while (!Step())
            {
            }

            byte[] all = [.. _answer];
            int end = all.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
            return (Encoding.ASCII.GetString(all, 0, end), all[end..]);
        }

        public bool Step()
        {
            TcpSegment segment = LanBench.SegmentOf(_bench.Next());
            Assert.That(segment.Flags.HasFlag(TcpFlags.Reset), Is.False);
            if (segment.Flags.HasFlag(TcpFlags.Synchronize))
            {
                _expected = segment.Sequence + 1;
                _isOpen = true;
            }
            else if (_isOpen && segment.Sequence == _expected)
            {
                _answer.AddRange(segment.Payload);
                _expected += segment.SequenceLength;
                _hasFinished |= segment.Flags.HasFlag(TcpFlags.Finish);
            }

            uint acknowledged = segment.Acknowledgment - (Initial + 1);
            if (acknowledged <= _request.Length)
            {
                _next = segment.Acknowledgment;
            }

            ReadOnlySpan<byte> rest = _request.AsSpan((int)(_next - (Initial + 1)));
            rest = rest[..Math.Min(rest.Length, 1400)];
            _bench.SendSegment(3000, 80, _next, _expected, _hasFinished ? TcpFlags.Acknowledge | TcpFlags.Finish : TcpFlags.Acknowledge, rest, window);
            return _hasFinished;
        }
    }
}
