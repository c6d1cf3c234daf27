using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>
/// Two rings of 64-byte elements in a file that both sides map, one for each direction. Who receives looks for a moment, and then sleeps by a word of its own in the file until the other side wakes it. What the other
/// side writes is read once, and checked. It does not wait to send: what finds no room goes when there is some.
/// </summary>
internal sealed unsafe class RingCarrier : ICarrier
{
    // A peer that does not read must not fill this process's memory.
    private const int MostQueued = 1 << 20;

    // Looks until one that waits goes to sleep: some 20 us, about what it takes to sleep and to be woken.
    private const int Looks = 400;
    private const int SpinsBetweenLooks = 8;

    // As long as the thread leaves the rings to who waits, and how often it sees whether the other side lives; in milliseconds.
    private const int Leave = 20;
    private const int Sleep = 100;

    private readonly SharedWindow _window;
    private readonly string _name;
    private readonly Action? _ended;
    private readonly RingHead _own;
    private readonly RingHead _other;
    private readonly byte* _outgoing;
    private readonly byte* _incoming;
    private readonly uint* _ownSleep;
    private readonly uint* _otherSleep;
    private readonly int _elements;
    private readonly Lock _sending = new();
    private readonly Lock _receiving = new();
    private readonly Queue<byte[]> _queue = new();
    private readonly byte[] _message = new byte[WindowLayout.Element];
    private ICarrierSink? _sink;
    private ushort _tail;
    private ushort _head;
    private int _waits;
    private int _isWaitedFor;
    private int _isInterrupted;
    private int _isLost;
    private bool _isReleased;

    /// <summary>Takes a window whose two sides have met.</summary>
    /// <param name="window">The window.</param>
    /// <param name="name">Names the peer in messages for people.</param>
    /// <param name="ended">Told when the window is not used any more.</param>
    public RingCarrier(SharedWindow window, string name, Action? ended)
    {
        WindowLayout layout = window.Layout;
        byte* start = window.Pointer;
        bool isDevice = window.IsDevice;
        _window = window;
        _name = name;
        _ended = ended;
        _elements = layout.Elements;
        _own = new RingHead(start + (isDevice ? layout.DeviceHead : layout.DriverHead));
        _other = new RingHead(start + (isDevice ? layout.DriverHead : layout.DeviceHead));
        _outgoing = start + (isDevice ? layout.DeviceElements : layout.DriverElements);
        _incoming = start + (isDevice ? layout.DriverElements : layout.DeviceElements);
        _ownSleep = (uint*)(start + WindowLayout.WaitWord(isDevice));
        _otherSleep = (uint*)(start + WindowLayout.WaitWord(!isDevice));
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
    public bool TryWait(int milliseconds)
    {
        if (IsLost)
        {
            return false;
        }

        Volatile.Write(ref _isWaitedFor, 1);
        Volatile.Write(ref _waits, _waits + 1);
        lock (_receiving)
        {
            if (!_isReleased && !TryLook() && Interlocked.Exchange(ref _isInterrupted, 0) == 0)
            {
                SleepUntilWoken(milliseconds);
                _ = TryTakeAll();
            }
        }

        Volatile.Write(ref _isWaitedFor, 0);
        return true;
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        lock (_sending)
        {
            if (!_isReleased)
            {
                Volatile.Write(ref _isInterrupted, 1);
                Wake(_ownSleep);
            }
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

    private static void Wake(uint* word)
    {
        if (Interlocked.Exchange(ref *word, 0) != 0)
        {
            LinuxCalls.WakeAll(word);
        }
    }

    private void Receive()
    {
        int waits = Volatile.Read(ref _waits);
        while (!IsLost)
        {
            bool isLeft = Volatile.Read(ref _isWaitedFor) != 0 || Volatile.Read(ref _waits) != waits;
            waits = Volatile.Read(ref _waits);
            if (isLeft)
            {
                Thread.Sleep(Leave);
                LoseIfGone();
                continue;
            }

            bool hasTaken;
            lock (_receiving)
            {
                hasTaken = TryLook();
            }

            SendQueued();
            if (!hasTaken && !IsLost)
            {
                SleepUntilWoken(_queue.Count > 0 ? 1 : Sleep);
                LoseIfGone();
            }
        }

        Release();
    }

    // Looks for a moment without sleeping.
    private bool TryLook()
    {
        if (TryTakeAll())
        {
            return true;
        }

        for (int i = 0; i < Looks && Environment.ProcessorCount > 1 && !IsLost && Volatile.Read(ref _isInterrupted) == 0; i++)
        {
            Thread.SpinWait(SpinsBetweenLooks);
            if (TryTakeAll())
            {
                return true;
            }
        }

        return false;
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

    // The other side sees the word after what it has written, or this one sees what was written after the word.
    private void SleepUntilWoken(int milliseconds)
    {
        Volatile.Write(ref *_ownSleep, 1);
        Interlocked.MemoryBarrier();
        if (_other.Tail == _head && !IsLost && Volatile.Read(ref _isInterrupted) == 0)
        {
            LinuxCalls.WaitWhile(_ownSleep, 1, milliseconds);
        }

        Volatile.Write(ref *_ownSleep, 0);
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
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref *_otherSleep) != 0)
        {
            Wake(_otherSleep);
        }

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
            Wake(_otherSleep);
            Wake(_ownSleep);
        }

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
