using System.Net.Sockets;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>
/// What carriers over a stream of bytes have in common: each message is its own frame. Sending never waits: both sides may have more to send than the stream takes, and would wait for one another for ever; so what
/// finds no room goes on from a thread.
/// </summary>
/// <param name="socket">The connected socket below; it is disposed with this.</param>
/// <param name="name">Names the peer in messages for people.</param>
internal abstract class StreamingCarrier(Socket socket, string name) : ICarrier
{
    // A peer that does not read must not fill this process's memory.
    private const long MostQueued = 512 << 20;

    // What is kept to be sent at once.
    private const int MostHeld = 2 * Message.Longest;

    private readonly byte[] _incoming = new byte[4 * Message.Longest];
    private readonly byte[] _outgoing = new byte[MostHeld];
    private readonly Lock _lock = new();
    private readonly Queue<(byte[] Bytes, int Descriptor)> _queue = new();
    private int _filled;
    private int _held;
    private int _holders;
    private long _queued;
    private bool _isWriting;
    private string? _failure;
    private ICarrierSink? _sink;
    private int _isLost;
    private volatile int _longest = Message.LongestBeforeHello;

    /// <inheritdoc/>
    public int LongestMessage
    {
        get => _longest;
        set => _longest = value;
    }

    /// <inheritdoc/>
    public virtual bool HasDescriptors => false;

    /// <summary>The socket below.</summary>
    protected Socket Socket => socket;

    /// <summary>Names the peer.</summary>
    protected string Name => name;

    /// <summary>True from the end on.</summary>
    protected bool IsLost => Volatile.Read(ref _isLost) != 0;

    /// <summary>Where received bytes go to; see <see cref="Deliver"/>. There is always room.</summary>
    protected Span<byte> Room => _incoming.AsSpan(_filled);

    /// <inheritdoc/>
    public void Start(ICarrierSink sink)
    {
        _sink = sink;
        new Thread(Receive) { IsBackground = true, Name = $"virtio-proxy, from {name}" }.Start();
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message)
    {
        bool works = true;
        lock (_lock)
        {
            if (_holders > 0)
            {
                works = _held + message.Length <= MostHeld || TrySendHeld();
                message.CopyTo(_outgoing.AsSpan(_held));
                _held += message.Length;
            }
            else
            {
                works = TrySendOrQueue(message);
            }
        }

        EndUnless(works);
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message, int descriptor)
    {
        if (descriptor < 0)
        {
            Send(message);
            return;
        }

        bool works;
        lock (_lock)
        {
            works = TrySendHeld() && TrySendOrQueue(message, descriptor);
        }

        EndUnless(works);
    }

    /// <inheritdoc/>
    public virtual int TakeDescriptor() => -1;

    /// <inheritdoc/>
    public void Hold()
    {
        lock (_lock)
        {
            _holders++;
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        bool works;
        lock (_lock)
        {
            works = --_holders > 0 || TrySendHeld();
        }

        EndUnless(works);
    }

    /// <inheritdoc/>
    public virtual bool TryWait(int milliseconds) => false;

    /// <inheritdoc/>
    public virtual void Interrupt()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SendLast();
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            Close(isReceiving: _sink is not null);
        }
    }

    /// <summary>Receives and delivers until the end, on a thread of its own.</summary>
    protected abstract void Receive();

    /// <summary>Sends as much as there is room for at this moment.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>How many were sent.</returns>
    /// <exception cref="IOException">The peer is gone; so are <see cref="SocketException"/> and <see cref="ObjectDisposedException"/>.</exception>
    protected abstract int SendSome(ReadOnlySpan<byte> bytes);

    /// <summary>Sends as much as there is room for at this moment, with a file descriptor, where <see cref="HasDescriptors"/> is true.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="descriptor">The descriptor, which goes with the first of them; -1 for none.</param>
    /// <returns>How many were sent.</returns>
    /// <exception cref="IOException">The peer is gone; so are <see cref="SocketException"/> and <see cref="ObjectDisposedException"/>.</exception>
    protected virtual int SendSome(ReadOnlySpan<byte> bytes, int descriptor) => SendSome(bytes);

    /// <summary>The messages that have come are done with: descriptors that none has asked for are closed.</summary>
    protected virtual void CloseUntaken()
    {
    }

    /// <summary>Sends all, waiting for room.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="IOException">The peer is gone; so are <see cref="SocketException"/> and <see cref="ObjectDisposedException"/>.</exception>
    protected abstract void SendAll(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the stream in both directions, so that nobody waits for it any more.</summary>
    /// <param name="isReceiving">True when <see cref="Receive"/> was begun, which then lets go of the socket.</param>
    protected abstract void Close(bool isReceiving);

    /// <summary>True for what says that the peer is gone.</summary>
    protected static bool IsLoss(Exception e) => e is SocketException or ObjectDisposedException or IOException;

    /// <summary>Bytes have come into <see cref="Room"/>: delivers each message that is whole. What is sent meanwhile goes at once.</summary>
    /// <param name="count">How many, not zero.</param>
    protected void Deliver(int count)
    {
        _filled += count;
        int start = 0;
        Hold();
        while (_filled - start >= MessageHeader.Length && !IsLost)
        {
            if (!MessageHeader.TryRead(_incoming.AsSpan(start), _longest, out MessageHeader header))
            {
                Lose($"{name} sent a header that is none (type {(int)header.Kind}, {header.Size} bytes)");
                break;
            }

            if (_filled - start < header.Size)
            {
                break;
            }

            _sink!.Received(_incoming.AsSpan(start, header.Size));
            start += header.Size;
        }

        Flush();
        _incoming.AsSpan(start, _filled - start).CopyTo(_incoming);
        _filled -= start;
        if (_filled == 0)
        {
            CloseUntaken();
        }
    }

    /// <summary>Ends the connection.</summary>
    /// <param name="reason">Why, for people.</param>
    protected void Lose(string reason)
    {
        SendLast();
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            Close(isReceiving: true);
            _sink!.Lost(reason);
        }
    }

    // An answer may say why this is the end.
    private void SendLast()
    {
        lock (_lock)
        {
            _ = TrySendHeld();
        }
    }

    // Under the lock; the peer is told of outside of it.
    private bool TrySendHeld()
    {
        int count = _held;
        _held = 0;
        return count == 0 || TrySendOrQueue(_outgoing.AsSpan(0, count));
    }

    private bool TrySendOrQueue(ReadOnlySpan<byte> bytes, int descriptor = -1)
    {
        if (IsLost)
        {
            return true;
        }

        try
        {
            while (!_isWriting && !bytes.IsEmpty && SendSome(bytes, descriptor) is > 0 and int count)
            {
                bytes = bytes[count..];
                descriptor = -1;
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            _failure = e.Message;
            return false;
        }

        if (bytes.IsEmpty)
        {
            return true;
        }

        _queue.Enqueue((bytes.ToArray(), descriptor < 0 ? -1 : LinuxCalls.Duplicate(descriptor)));
        _queued += bytes.Length;
        if (!_isWriting)
        {
            _isWriting = true;
            new Thread(SendQueued) { IsBackground = true, Name = $"virtio-proxy, to {name}" }.Start();
        }

        _failure = _queued > MostQueued ? $"{name} does not read what it is sent" : null;
        return _failure is null;
    }

    private void EndUnless(bool works)
    {
        if (!works)
        {
            Lose(_failure ?? "the connection has ended");
        }
    }

    private void SendQueued()
    {
        try
        {
            while (true)
            {
                (byte[] Bytes, int Descriptor) next;
                lock (_lock)
                {
                    if (!_queue.TryDequeue(out next))
                    {
                        _isWriting = false;
                        return;
                    }

                    _queued -= next.Bytes.Length;
                }

                SendQueued(next.Bytes, next.Descriptor);
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            Lose(e.Message);
        }
    }

    private void SendQueued(ReadOnlySpan<byte> bytes, int descriptor)
    {
        try
        {
            // The descriptor goes with the first byte, when there is room for it.
            while (descriptor >= 0)
            {
                _ = Socket.Poll(-1, SelectMode.SelectWrite);
                if (SendSome(bytes[..1], descriptor) > 0)
                {
                    bytes = bytes[1..];
                    break;
                }
            }

            SendAll(bytes);
        }
        finally
        {
            LinuxCalls.CloseIfAny(descriptor);
        }
    }
}
