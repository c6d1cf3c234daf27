using System.Net.Sockets;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>
/// A stream socket as carrier: each message is its own frame. A thread of its own waits for what comes. Sending never waits: both sides may have more to send than the socket takes, and would wait for one another
/// for ever; so what finds no room goes on from a thread.
/// </summary>
internal class SocketCarrier : ICarrier
{
    // A peer that does not read must not fill this process's memory.
    private const long MostQueued = 512 << 20;

    // A socket that says it has room then has room for any message.
    private const int SocketBuffer = 1 << 20;

    private readonly string _name;
    private readonly byte[] _buffer = new byte[4 * Message.Longest];
    private readonly Lock _lock = new();
    private readonly Queue<(byte[] Message, int Descriptor)> _queue = new();
    private long _queued;
    private bool _isWriting;
    private ICarrierSink? _sink;
    private int _isLost;
    private volatile int _longest = Message.LongestBeforeHello;

    /// <summary>Takes a connected socket.</summary>
    /// <param name="socket">The socket; it is disposed with this.</param>
    /// <param name="name">Names the peer in messages for people.</param>
    public SocketCarrier(Socket socket, string name)
    {
        Socket = socket;
        _name = name;
        socket.SendBufferSize = SocketBuffer;
    }

    /// <inheritdoc/>
    public int LongestMessage
    {
        get => _longest;
        set => _longest = value;
    }

    /// <inheritdoc/>
    public virtual bool HasDescriptors => false;

    /// <summary>The socket.</summary>
    protected Socket Socket { get; }

    /// <inheritdoc/>
    public void Start(ICarrierSink sink)
    {
        _sink = sink;
        new Thread(Receive) { IsBackground = true, Name = $"virtio-proxy, from {_name}" }.Start();
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message) => Send(message, -1);

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message, int descriptor)
    {
        try
        {
            lock (_lock)
            {
                if (!_isWriting && Socket.Poll(0, SelectMode.SelectWrite))
                {
                    SendAll(message, descriptor);
                    return;
                }

                _queue.Enqueue((message.ToArray(), descriptor < 0 ? -1 : LinuxCalls.Duplicate(descriptor)));
                _queued += message.Length;
                if (!_isWriting)
                {
                    _isWriting = true;
                    new Thread(SendQueued) { IsBackground = true, Name = $"virtio-proxy, to {_name}" }.Start();
                }
            }

            if (_queued > MostQueued)
            {
                Lose($"{_name} does not read what it is sent");
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            Lose(e.Message);
        }
    }

    /// <inheritdoc/>
    public virtual int TakeDescriptor() => -1;

    /// <inheritdoc/>
    public void Dispose()
    {
        Interlocked.Exchange(ref _isLost, 1);
        Close();
    }

    /// <summary>Sends some of the bytes; a descriptor goes with the first of them.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="SocketException">The peer is gone.</exception>
    protected virtual int SendSome(ReadOnlySpan<byte> bytes, int descriptor) => Socket.Send(bytes);

    /// <summary>Waits for bytes.</summary>
    /// <returns>How many; 0 at the end.</returns>
    /// <exception cref="SocketException">The peer is gone.</exception>
    protected virtual int ReceiveSome(Span<byte> room) => Socket.Receive(room);

    /// <summary>All messages that have come are done with: descriptors that none has asked for are closed.</summary>
    protected virtual void CloseUntaken()
    {
    }

    private static bool IsLoss(Exception e) => e is SocketException or ObjectDisposedException;

    private void SendAll(ReadOnlySpan<byte> message, int descriptor)
    {
        while (!message.IsEmpty)
        {
            message = message[SendSome(message, descriptor)..];
            descriptor = -1;
        }
    }

    private void SendQueued()
    {
        try
        {
            while (true)
            {
                (byte[] Message, int Descriptor) next;
                lock (_lock)
                {
                    if (!_queue.TryDequeue(out next))
                    {
                        _isWriting = false;
                        return;
                    }

                    _queued -= next.Message.Length;
                }

                try
                {
                    SendAll(next.Message, next.Descriptor);
                }
                finally
                {
                    LinuxCalls.CloseIfAny(next.Descriptor);
                }
            }
        }
        catch (Exception e) when (IsLoss(e))
        {
            Lose(e.Message);
        }
    }

    private void Receive()
    {
        try
        {
            int filled = 0;
            while (ReceiveSome(_buffer.AsSpan(filled)) is > 0 and int count)
            {
                filled += count;
                int start = 0;
                while (filled - start >= MessageHeader.Length)
                {
                    if (!MessageHeader.TryRead(_buffer.AsSpan(start), _longest, out MessageHeader header))
                    {
                        Lose($"{_name} sent a header that is none (type {(int)header.Kind}, {header.Size} bytes)");
                        return;
                    }

                    if (filled - start < header.Size)
                    {
                        break;
                    }

                    _sink!.Received(_buffer.AsSpan(start, header.Size));
                    start += header.Size;
                }

                _buffer.AsSpan(start, filled - start).CopyTo(_buffer);
                filled -= start;
                if (filled == 0)
                {
                    CloseUntaken();
                }
            }

            Lose($"{_name} has closed the connection");
        }
        catch (Exception e) when (IsLoss(e))
        {
            Lose(e.Message);
        }
        finally
        {
            CloseUntaken();
        }
    }

    private void Lose(string reason)
    {
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            Close();
            _sink!.Lost(reason);
        }
    }

    // A receiver that waits is let go by the shutdown, not by the disposal.
    private void Close()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (IsLoss(e))
        {
            // It was gone already.
        }

        Socket.Dispose();
    }
}
