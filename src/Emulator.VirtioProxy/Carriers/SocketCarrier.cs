using System.Net.Sockets;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>
/// A stream socket as carrier: each message is its own frame. A thread of its own waits for what comes. Sending never waits: both sides may have more to send than the socket takes, and would wait for one another
/// for ever; so what finds no room goes on from a thread.
/// </summary>
internal sealed class SocketCarrier : ICarrier
{
    // A peer that does not read must not fill this process's memory.
    private const long MostQueued = 512 << 20;

    // A socket that says it has room then has room for any message.
    private const int SocketBuffer = 1 << 20;

    private readonly Socket _socket;
    private readonly string _name;
    private readonly byte[] _buffer = new byte[4 * Message.Longest];
    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _queue = new();
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
        _socket = socket;
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
    public void Start(ICarrierSink sink)
    {
        _sink = sink;
        new Thread(Receive) { IsBackground = true, Name = $"virtio-proxy, from {_name}" }.Start();
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message)
    {
        try
        {
            lock (_lock)
            {
                if (!_isWriting && _socket.Poll(0, SelectMode.SelectWrite))
                {
                    SendAll(message);
                    return;
                }

                _queue.Enqueue(message.ToArray());
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
    public void Dispose()
    {
        Interlocked.Exchange(ref _isLost, 1);
        Close();
    }

    private static bool IsLoss(Exception e) => e is SocketException or ObjectDisposedException;

    private void SendAll(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            message = message[_socket.Send(message)..];
        }
    }

    private void SendQueued()
    {
        try
        {
            while (true)
            {
                byte[]? message;
                lock (_lock)
                {
                    if (!_queue.TryDequeue(out message))
                    {
                        _isWriting = false;
                        return;
                    }

                    _queued -= message.Length;
                }

                SendAll(message);
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
            while (_socket.Receive(_buffer.AsSpan(filled)) is > 0 and int count)
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
            }

            Lose($"{_name} has closed the connection");
        }
        catch (Exception e) when (IsLoss(e))
        {
            Lose(e.Message);
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
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (IsLoss(e))
        {
            // It was gone already.
        }

        _socket.Dispose();
    }
}
