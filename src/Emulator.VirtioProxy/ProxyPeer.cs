using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy;

/// <summary>One side of a connection: opens it, joins responses to requests, and keeps the rules that hold for both sides (docs/virtio-proxy.md, sections 1 and 2).</summary>
internal abstract class ProxyPeer : ICarrierSink, IDisposable
{
    private const ushort Major = 1;

    private readonly ICarrier _carrier;
    private readonly ProxyRole _role;
    private readonly BusFeatures _offered;
    private readonly ulong _instance;
    private readonly Lock _lock = new();
    private readonly byte[] _outgoing = new byte[Message.Longest];
    private readonly Dictionary<(bool IsBus, ushort Device, ushort Token), ProxyReply> _waiting = [];
    private ITimer? _watch;
    private long _started;
    private ushort _token;
    private bool _isBusy;

    /// <summary>Creates a side that says nothing yet.</summary>
    /// <param name="carrier">How messages travel; it is disposed with this.</param>
    /// <param name="role">Which side it is.</param>
    /// <param name="offered">What it can do.</param>
    /// <param name="instance">A number of the process that no other has.</param>
    /// <param name="options">How long it waits.</param>
    protected ProxyPeer(ICarrier carrier, ProxyRole role, BusFeatures offered, ulong instance, ProxyOptions options)
    {
        _carrier = carrier;
        _role = role;
        _offered = offered;
        _instance = instance;
        Options = options;
    }

    /// <summary>How many areas a side keeps that has any.</summary>
    public const ushort AreaLimit = 64;

    /// <summary>True from the end of HELLO on, until the peer is lost.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Why the peer is lost, or null.</summary>
    public string? LossReason { get; private set; }

    /// <summary>The answer to HELLO when it was no welcome.</summary>
    public HelloStatus Refusal { get; private set; }

    /// <summary>How many areas both sides keep.</summary>
    public int Areas { get; private set; }

    /// <summary>What both sides can do.</summary>
    public BusFeatures Features { get; private set; }

    /// <summary>The other side's number; another one after a new connection has lost what it knew.</summary>
    public ulong PeerInstance { get; private set; }

    /// <summary>How long it waits.</summary>
    protected ProxyOptions Options { get; }

    /// <summary>The longest message that was agreed on.</summary>
    public int LongestMessage => _carrier.LongestMessage;

    /// <inheritdoc cref="LongestMessage"/>
    protected int Limit => _carrier.LongestMessage;

    /// <summary>Begins to listen.</summary>
    public void Start()
    {
        _started = Options.Time.GetTimestamp();
        TimeSpan period = Options.RequestTimeout / 4;
        _watch = Options.Time.CreateTimer(_ => Watch(), null, period, period);
        _carrier.Start(this);
    }

    /// <summary>Lets the peer's HELLO be answered by "busy".</summary>
    public void TurnAway() => _isBusy = true;

    /// <summary>Opens the connection, as the side that connects does.</summary>
    /// <returns>The answer; <see cref="IsOpen"/> is true when it is a welcome.</returns>
    public ProxyReply Open() => RequestBus(BusMessage.Hello, OwnHello(_offered, (ushort)MostMessage, MostAreas, HelloStatus.Welcome));

    /// <inheritdoc/>
    public void Received(ReadOnlySpan<byte> message)
    {
        _ = MessageHeader.TryRead(message, Message.Longest, out MessageHeader header);
        if (header.IsBus && header.Id == (byte)BusMessage.Hello)
        {
            Greet(header, message);
        }
        else if (!IsOpen)
        {
            Lose("the peer spoke before HELLO");
        }
        else if (header.IsResponse)
        {
            Complete(header, message);
        }
        else if (header.IsBus && header.Id == (byte)BusMessage.Error)
        {
            if (Message.TryRead(message, out Payloads.Error error, out _) && error.Token != 0)
            {
                Complete(new MessageHeader(error.Kind, error.Id, error.Device, error.Token, 0), []);
            }
        }
        else if (header.IsBus && header.Id == (byte)BusMessage.Ping)
        {
            Answer(header, Message.TryRead(message, out Payloads.Ping ping, out _) ? Reply(header, ping) : ResultCode.Malformed);
        }
        else if (header.IsEvent)
        {
            OnEvent(header, message);
        }
        else
        {
            Answer(header, OnRequest(header, message));
        }
    }

    /// <inheritdoc/>
    public void Lost(string reason)
    {
        lock (_lock)
        {
            if (LossReason is not null)
            {
                return;
            }

            LossReason = reason;
            IsOpen = false;
            foreach (ProxyReply reply in _waiting.Values)
            {
                reply.Complete([]);
            }

            _waiting.Clear();
        }

        _watch?.Dispose();
        OnLost(reason);
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        _watch?.Dispose();
        _carrier.Dispose();
        Lost("the connection was closed on this side");
    }

    /// <summary>Asks the peer.</summary>
    public ProxyReply Request<T>(TransportMessage id, ushort device, in T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged => Request(MessageKind.Transport, (byte)id, device, payload, tail, descriptor: -1);

    /// <summary>Asks the peer.</summary>
    public ProxyReply RequestBus<T>(BusMessage id, in T payload, int descriptor = -1)
        where T : unmanaged => Request(MessageKind.Bus, (byte)id, 0, payload, [], descriptor);

    /// <summary>Tells the peer.</summary>
    public void Tell<T>(TransportMessage id, ushort device, in T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged => Send(MessageKind.Transport, (byte)id, device, 0, payload, tail);

    /// <summary>Tells the peer.</summary>
    public void TellBus<T>(BusMessage id, in T payload)
        where T : unmanaged => Send(MessageKind.Bus, (byte)id, 0, 0, payload, []);

    /// <summary>Sends a message that is whole already.</summary>
    public void Pass(ReadOnlySpan<byte> message)
    {
        lock (_outgoing)
        {
            _carrier.Send(message);
        }
    }

    /// <inheritdoc cref="ICarrier.TakeDescriptor"/>
    protected int TakeDescriptor() => _carrier.TakeDescriptor();

    /// <inheritdoc cref="ICarrier.Hold"/>
    public void Hold() => _carrier.Hold();

    /// <inheritdoc cref="ICarrier.Flush"/>
    public void Flush() => _carrier.Flush();

    /// <inheritdoc cref="ICarrier.TryWait"/>
    public bool TryWait(int milliseconds) => _carrier.TryWait(milliseconds);

    /// <inheritdoc cref="ICarrier.Interrupt"/>
    public void Interrupt() => _carrier.Interrupt();

    /// <summary>Ends the connection.</summary>
    /// <param name="reason">Why.</param>
    protected void Lose(string reason)
    {
        _carrier.Dispose();
        Lost(reason);
    }

    /// <summary>Sends the response to a request.</summary>
    /// <returns>Always <see cref="ResultCode.Done"/>.</returns>
    protected ResultCode Reply<T>(in MessageHeader request, in T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged
    {
        Send(request.Kind | MessageKind.Response, request.Id, request.Device, request.Token, payload, tail);
        return ResultCode.Done;
    }

    /// <summary>Both sides have greeted. On the carrier's thread.</summary>
    protected virtual void OnOpen()
    {
    }

    /// <summary>The peer asks. On the carrier's thread.</summary>
    /// <param name="header">The header.</param>
    /// <param name="message">All of it.</param>
    /// <returns>Why it was not answered, or <see cref="ResultCode.Done"/>.</returns>
    protected abstract ResultCode OnRequest(in MessageHeader header, ReadOnlySpan<byte> message);

    /// <summary>The peer tells. On the carrier's thread.</summary>
    /// <param name="header">The header.</param>
    /// <param name="message">All of it.</param>
    protected abstract void OnEvent(in MessageHeader header, ReadOnlySpan<byte> message);

    /// <summary>A response has come. On the carrier's thread.</summary>
    protected virtual void OnReply()
    {
    }

    /// <summary>Nothing will come any more.</summary>
    /// <param name="reason">Why.</param>
    protected virtual void OnLost(string reason)
    {
    }

    private ProxyReply Request<T>(MessageKind kind, byte id, ushort device, in T payload, ReadOnlySpan<byte> tail, int descriptor)
        where T : unmanaged
    {
        var reply = new ProxyReply(id, Options.Time.GetTimestamp());
        ushort token;
        lock (_lock)
        {
            if (LossReason is not null)
            {
                reply.Complete([]);
                return reply;
            }

            do
            {
                token = ++_token;
            }
            while (token == 0 || !_waiting.TryAdd((kind == MessageKind.Bus, device, token), reply));
        }

        Send(kind, id, device, token, payload, tail, descriptor);
        return reply;
    }

    private void Send<T>(MessageKind kind, byte id, ushort device, ushort token, in T payload, ReadOnlySpan<byte> tail, int descriptor = -1)
        where T : unmanaged
    {
        lock (_outgoing)
        {
            int length = Message.Write(_outgoing, kind, id, device, token, payload, tail);
            _carrier.Send(_outgoing.AsSpan(0, length), descriptor);
        }
    }

    private void Complete(in MessageHeader header, ReadOnlySpan<byte> message)
    {
        ProxyReply? reply;
        lock (_lock)
        {
            (bool, ushort, ushort) key = (header.IsBus, header.Device, header.Token);
            if (!_waiting.TryGetValue(key, out reply) || reply.Id != header.Id)
            {
                return;
            }

            _waiting.Remove(key);
        }

        reply.Complete(message);
        OnReply();
    }

    private void Answer(in MessageHeader header, ResultCode result)
    {
        if (result != ResultCode.Done && (Features & BusFeatures.Errors) != 0)
        {
            Send(MessageKind.Bus, (byte)BusMessage.Error, 0, 0, new Payloads.Error(result, header.Device, header.Kind, header.Id, header.Token), default);
        }
    }

    private Payloads.Hello OwnHello(BusFeatures features, ushort longest, int areas, HelloStatus status) =>
        new(Payloads.Hello.ExpectedMagic, Major, 0, 1, 0, features, longest, (ushort)areas, _role, status, _instance);

    private void Greet(in MessageHeader header, ReadOnlySpan<byte> message)
    {
        if (IsOpen || !Message.TryRead(message, out Payloads.Hello hello, out _) || hello.Magic != Payloads.Hello.ExpectedMagic)
        {
            Lose("the peer does not speak virtio-proxy");
            return;
        }

        HelloStatus status = header.IsResponse ? hello.Status : Judge(hello);
        int longest = Math.Min(hello.LongestMessage, MostMessage);
        int least = Math.Min(Message.LongestBeforeHello, _carrier.MostMessage);
        if (status == HelloStatus.Welcome && longest < least)
        {
            Lose($"the peer takes messages of {longest} bytes; {least} is the least");
            return;
        }

        Features = _offered & hello.Features;
        Areas = Math.Min(hello.Areas, MostAreas);
        PeerInstance = hello.Instance;
        if (!header.IsResponse)
        {
            _ = Reply(header, OwnHello(Features, (ushort)longest, Areas, status));
        }

        if (status != HelloStatus.Welcome)
        {
            Refusal = status;
            Lose($"the peer is refused: {status}");
            return;
        }

        _carrier.LongestMessage = longest;
        OnOpen();
        IsOpen = true;
        if (header.IsResponse)
        {
            Complete(header, message);
        }
    }

    private int MostMessage => Math.Min(Options.LongestMessage, _carrier.MostMessage);

    private int MostAreas => (_offered & BusFeatures.Areas) != 0 ? AreaLimit : 1;

    private HelloStatus Judge(in Payloads.Hello hello)
    {
        if (hello.Major != Major || hello.Revision != 1)
        {
            return HelloStatus.OtherVersion;
        }

        if (_isBusy)
        {
            return HelloStatus.Busy;
        }

        if (hello.Role == _role)
        {
            return HelloStatus.SameRole;
        }

        return (hello.Features & _offered & BusFeatures.MemoryModes) == 0 ? HelloStatus.NoMemoryMode : HelloStatus.Welcome;
    }

    private void Watch()
    {
        bool isLate = false;
        bool isSilent;
        lock (_lock)
        {
            isSilent = !IsOpen && _waiting.Count == 0 && Options.Time.GetElapsedTime(_started) > Options.RequestTimeout;
            foreach (ProxyReply reply in _waiting.Values)
            {
                isLate |= Options.Time.GetElapsedTime(reply.Asked) > Options.RequestTimeout;
            }
        }

        if (isLate || isSilent)
        {
            Lose($"the peer did not {(isLate ? "answer a request" : "say HELLO")} within {Options.RequestTimeout.TotalSeconds} s");
        }
    }
}
