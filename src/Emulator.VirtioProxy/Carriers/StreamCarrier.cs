using System.Net.Sockets;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>A stream over a socket as carrier, on every system and with TLS. A thread of its own waits for what comes.</summary>
internal sealed class StreamCarrier : StreamingCarrier
{
    // A socket that says it has room then has room for all that is sent at once.
    private const int SocketBuffer = 1 << 20;

    private readonly Stream _stream;
    private readonly Lock _writing = new();

    /// <summary>Takes a stream.</summary>
    /// <param name="stream">The stream; it is disposed with this.</param>
    /// <param name="socket">The connected socket below.</param>
    /// <param name="name">Names the peer in messages for people.</param>
    public StreamCarrier(Stream stream, Socket socket, string name)
        : base(socket, name)
    {
        _stream = stream;
        socket.SendBufferSize = SocketBuffer;
    }

    /// <inheritdoc/>
    protected override void Receive()
    {
        try
        {
            while (!IsLost && _stream.Read(Room) is > 0 and int count)
            {
                Deliver(count);
            }

            Lose($"{Name} has closed the connection");
        }
        catch (Exception e) when (IsLoss(e))
        {
            Lose(e.Message);
        }

        lock (_writing)
        {
            _stream.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override int SendSome(ReadOnlySpan<byte> bytes)
    {
        if (!Socket.Poll(0, SelectMode.SelectWrite))
        {
            return 0;
        }

        SendAll(bytes);
        return bytes.Length;
    }

    /// <inheritdoc/>
    protected override void SendAll(ReadOnlySpan<byte> bytes)
    {
        // A stream takes one write at a time.
        lock (_writing)
        {
            _stream.Write(bytes);
        }
    }

    /// <inheritdoc/>
    protected override void Close(bool isReceiving)
    {
        // A receiver that waits is let go by the shutdown, not by the disposal.
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
