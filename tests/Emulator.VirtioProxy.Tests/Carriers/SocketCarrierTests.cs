using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Emulator.VirtioProxy.Carriers;

namespace Emulator.VirtioProxy.Tests.Carriers;

/// <summary>Messages over a socket: by Linux's own calls, and as a stream on every system.</summary>
[TestFixture(true)]
[TestFixture(false)]
public sealed class SocketCarrierTests(bool byOwnCalls)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private Socket _other = null!;
    private ICarrier _carrier = null!;
    private Sink _sink = null!;

    [SetUp]
    public void Connect()
    {
        (Socket one, _other) = CreatePair();
        _carrier = byOwnCalls ? SocketCarrier.Create(one, "the peer", canWait: true) : new StreamCarrier(new NetworkStream(one), one, "the peer");
        _carrier.LongestMessage = ushort.MaxValue;
        _sink = new Sink();
        _carrier.Start(_sink);
    }

    [TearDown]
    public void Disconnect()
    {
        _carrier.Dispose();
        _other.Dispose();
    }

    [Test]
    public void Messages_come_whole_however_they_are_cut([Values(1, 7, 8, 20, 100)] int piece)
    {
        byte[] all = [.. Message(1, 8), .. Message(2, 30), .. Message(3, 9)];
        foreach (byte[] bytes in all.Chunk(piece))
        {
            _ = _other.Send(bytes);
        }

        Assert.That(new[] { _sink.Take(), _sink.Take(), _sink.Take() }.Select(message => (message.Id, message.Length)), Is.EqualTo(new[] { (1, 8), (2, 30), (3, 9) }));
    }

    [Test]
    public void Who_waits_takes_the_message_itself()
    {
        using var answer = new Timer(_ => _other.Send(Message(1, 8)), null, TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);
        while (_carrier.TryWait(1000) && _sink.IsEmpty)
        {
        }

        Assert.That(_sink.Take().Thread == Environment.CurrentManagedThreadId, Is.EqualTo(byOwnCalls && OperatingSystem.IsLinux()));
    }

    [Test]
    public void The_carriers_thread_delivers_again_when_nobody_waits_any_more()
    {
        for (byte i = 0; i < 3; i++)
        {
            _ = _other.Send(Message(i, 8));
            while (_carrier.TryWait(1000) && _sink.IsEmpty)
            {
            }

            _ = _sink.Take();
            _ = _other.Send(Message(9, 8));
            Assert.That(_sink.Take().Thread, Is.Not.EqualTo(Environment.CurrentManagedThreadId));
        }
    }

    [Test]
    public void A_wait_can_be_ended()
    {
        _carrier.Interrupt();
        Assert.That(_carrier.TryWait(Timeout.Infinite), Is.EqualTo(byOwnCalls && OperatingSystem.IsLinux()), "or it would have waited for ever");
        Assert.That(_sink.IsEmpty, Is.True);
    }

    [Test]
    public void The_end_of_the_stream_ends_a_wait_and_is_told_once()
    {
        using var end = new Timer(_ => _other.Dispose(), null, TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);
        while (_carrier.TryWait(Timeout.Infinite) && _sink.Losses == 0)
        {
        }

        Assert.That(SpinWait.SpinUntil(() => _sink.Losses > 0, s_patience), Is.True);
        _carrier.Send(Message(1, 8));
        _carrier.Interrupt();
        Assert.That(_carrier.TryWait(0), Is.False, "there is nothing to wait for");
        Assert.That(_sink.Losses, Is.EqualTo(1));
    }

    [Test]
    public void What_is_held_goes_in_order_and_at_once([Values(1, 3, 5000)] int count)
    {
        _carrier.Hold();
        _carrier.Hold();
        for (int i = 0; i < count; i++)
        {
            _carrier.Send(Message((byte)i, 100));
        }

        _carrier.Flush();
        Assert.That(count * 100 > 60_000 || _other.Available == 0, Is.True, "still held");
        _carrier.Flush();

        byte[] heard = new byte[count * 100];
        for (int length = 0; length < heard.Length;)
        {
            length += _other.Receive(heard.AsSpan(length));
        }

        Assert.That(heard.Chunk(100).Select(message => message[1]), Is.EqualTo(Enumerable.Range(0, count).Select(i => (byte)i)));
    }

    [Test]
    public void Sending_does_not_wait_for_a_peer_that_does_not_read()
    {
        const int Count = 400;
        for (int i = 0; i < Count; i++)
        {
            _carrier.Send(Message((byte)i, 60_000));
        }

        byte[] heard = new byte[60_000];
        for (int i = 0; i < Count; i++)
        {
            for (int length = 0; length < heard.Length;)
            {
                length += _other.Receive(heard.AsSpan(length));
            }

            Assert.That(heard[1], Is.EqualTo((byte)i));
        }
    }

    [Test]
    public void An_answer_that_is_the_last_word_is_sent()
    {
        _sink.OnReceived = () =>
        {
            _carrier.Send(Message(7, 20));
            _carrier.Dispose();
        };
        _ = _other.Send(Message(1, 8));

        byte[] heard = new byte[64];
        Assert.That((_other.Receive(heard), heard[1], _other.Receive(heard)), Is.EqualTo((20, 7, 0)));
    }

    [Test]
    public void A_header_that_is_none_ends_the_connection()
    {
        _ = _other.Send([0xff, 0, 0, 0, 0, 0, 8, 0]);

        Assert.That(SpinWait.SpinUntil(() => _sink.Losses > 0, s_patience), Is.True);
    }

    private static byte[] Message(byte id, int length)
    {
        byte[] message = new byte[length];
        message[1] = id;
        BitConverter.TryWriteBytes(message.AsSpan(6), (ushort)length);
        return message;
    }

    private static (Socket One, Socket Other) CreatePair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var one = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        one.Connect(listener.LocalEndPoint!);
        Socket other = listener.Accept();
        other.NoDelay = true;
        return (one, other);
    }

    private sealed class Sink : ICarrierSink
    {
        private readonly BlockingCollection<(int Id, int Length, int Thread)> _heard = [];
        private int _losses;

        public bool IsEmpty => _heard.Count == 0;

        public Action? OnReceived { get; set; }

        public int Losses => Volatile.Read(ref _losses);

        public (int Id, int Length, int Thread) Take()
        {
            Assert.That(_heard.TryTake(out (int Id, int Length, int Thread) message, s_patience), Is.True, "a message comes");
            return message;
        }

        void ICarrierSink.Received(ReadOnlySpan<byte> message)
        {
            _heard.Add((message[1], message.Length, Environment.CurrentManagedThreadId));
            OnReceived?.Invoke();
        }

        void ICarrierSink.Lost(string reason) => Interlocked.Increment(ref _losses);
    }
}
