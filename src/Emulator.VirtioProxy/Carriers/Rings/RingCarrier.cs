using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>
/// Two rings of 64-byte elements in a file that both sides map, one for each direction. What the other side writes is read once, and checked. Sending does not wait: what finds no room goes when there is some.
/// </summary>
internal sealed unsafe partial class RingCarrier : ICarrier
{
    // A peer that does not read must not fill this process's memory.
    private const int MostQueued = 1 << 20;

    private readonly SharedWindow _window;
    private readonly string _name;
    private readonly Action? _ended;
    private readonly RingHead _own;
    private readonly RingHead _other;
    private readonly byte* _outgoing;
    private readonly byte* _incoming;
    private readonly int _elements;
    private readonly Lock _sending = new();
    private readonly Queue<byte[]> _queue = new();
    private readonly byte[] _message = new byte[WindowLayout.Element];
    private ICarrierSink? _sink;
    private ushort _tail;
    private ushort _head;
    private int _isLost;
    private bool _isReleased;

    /// <summary>Takes a window whose two sides have met.</summary>
    /// <param name="window">The window.</param>
    /// <param name="name">Names the peer in messages for people.</param>
    /// <param name="ended">Told when the window is not used any more.</param>
    /// <param name="bell">How the sides sleep and wake each other.</param>
    public RingCarrier(SharedWindow window, string name, Action? ended, IBell bell)
    {
        WindowLayout layout = window.Layout;
        byte* start = window.Pointer;
        bool isDevice = window.IsDevice;
        _window = window;
        _name = name;
        _ended = ended;
        _bell = bell;
        _elements = layout.Elements;
        _own = new RingHead(start + (isDevice ? layout.DeviceHead : layout.DriverHead));
        _other = new RingHead(start + (isDevice ? layout.DriverHead : layout.DeviceHead));
        _outgoing = start + (isDevice ? layout.DeviceElements : layout.DriverElements);
        _incoming = start + (isDevice ? layout.DriverElements : layout.DeviceElements);
        _ownWait = new WaitWords((uint*)(start + WindowLayout.WaitWord(isDevice)));
        _otherWait = new WaitWords((uint*)(start + WindowLayout.WaitWord(!isDevice)));
        _ownWait.Withdraw();
        PublishProcessor();
    }

    /// <inheritdoc/>
    public int LongestMessage { get; set; } = WindowLayout.Element;

    /// <inheritdoc/>
    public int MostMessage => WindowLayout.Element;

    /// <inheritdoc/>
    public IStaticMemory? StaticMemory => _window;

    private bool IsLost => Volatile.Read(ref _isLost) != 0;

    /// <inheritdoc/>
    public void Start(ICarrierSink sink)
    {
        _sink = sink;
        new Thread(Receive) { IsBackground = true, Name = $"virtio-proxy, from {_name}" }.Start();
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message)
    {
        bool isTooMuch = false;
        lock (_sending)
        {
            if (IsLost)
            {
                return;
            }

            if (_queue.Count > 0 || !TryPut(message))
            {
                isTooMuch = _queue.Count == MostQueued;
                _queue.Enqueue(message.ToArray());
            }
        }

        if (isTooMuch)
        {
            Lose($"{_name} does not read what it is sent");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            Leaving();
        }
    }

    private bool TryTakeAll()
    {
        bool hasTaken = false;
        while (!IsLost)
        {
            ushort tail = _other.Tail;
            if (tail == _head)
            {
                break;
            }

            if (tail >= _elements)
            {
                Lose($"{_name} has written an index that is none");
                break;
            }

            new ReadOnlySpan<byte>(_incoming + (_head * WindowLayout.Element), WindowLayout.Element).CopyTo(_message);
            _head = (ushort)(_head + 1 == _elements ? 0 : _head + 1);
            _own.Head = _head;
            hasTaken = true;
            if (!MessageHeader.TryRead(_message, Math.Min(LongestMessage, WindowLayout.Element), out MessageHeader header))
            {
                Lose($"{_name} sent a header that is none (type {(int)header.Kind}, {header.Size} bytes)");
                break;
            }

            _sink!.Received(_message.AsSpan(0, header.Size));
        }

        return hasTaken;
    }

    private bool TryPut(ReadOnlySpan<byte> message)
    {
        ushort next = (ushort)(_tail + 1 == _elements ? 0 : _tail + 1);
        if (next == _other.Head)
        {
            return false;
        }

        message.CopyTo(new Span<byte>(_outgoing + (_tail * WindowLayout.Element), WindowLayout.Element));
        _tail = next;
        _own.Tail = next;
        _otherWait.Ring(_bell);
        return true;
    }

    private void SendQueued()
    {
        lock (_sending)
        {
            while (!IsLost && _queue.TryPeek(out byte[]? message) && TryPut(message))
            {
                _ = _queue.Dequeue();
            }
        }
    }

    private void LoseIfGone()
    {
        if (!IsLost && (_other.Status != RingStatus.Running || !_window.HasPeer))
        {
            Lose($"{_name} is gone");
        }
    }

    private void Lose(string reason)
    {
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            Leaving();
            _sink!.Lost(reason);
        }
    }

    // Tells the other side, and wakes both.
    private void Leaving()
    {
        lock (_sending)
        {
            if (_isReleased)
            {
                return;
            }

            _own.Status = RingStatus.ShutDown;
            _otherWait.Ring(_bell);
            _ownWait.Ring(_bell);
        }

        _end.Set();
        if (_sink is null)
        {
            Release();
        }
    }

    // Nobody looks at the window any more.
    private void Release()
    {
        lock (_receiving)
        {
            lock (_sending)
            {
                _isReleased = true;
            }
        }

        _ended?.Invoke();
    }
}
