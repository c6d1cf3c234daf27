using System.Net;
using System.Net.Sockets;

namespace Emulator.Benchmarks.VirtioProxy;

/// <summary>The host's own round trip between two threads, with messages as long as a carrier's: what that cannot be much faster than when both sides sleep while they wait.</summary>
internal sealed class BareRoundTrip : IDisposable
{
    private readonly byte[] _request;
    private readonly byte[] _answer;
    private readonly Socket _socket;

    private BareRoundTrip(Socket socket, int requestLength, int answerLength)
    {
        _request = new byte[requestLength];
        _answer = new byte[answerLength];
        _socket = socket;
    }

    /// <summary>Over a Unix socket.</summary>
    public static BareRoundTrip OverUnix(int requestLength, int answerLength)
    {
        string path = Path.Combine(Path.GetTempPath(), $"bare-{Environment.ProcessId}-{requestLength}-{answerLength}");
        BareRoundTrip result = Create(AddressFamily.Unix, new UnixDomainSocketEndPoint(path), requestLength, answerLength);
        File.Delete(path);
        return result;
    }

    /// <summary>Over TCP on the loopback.</summary>
    public static BareRoundTrip OverTcp(int requestLength, int answerLength) => Create(AddressFamily.InterNetwork, new IPEndPoint(IPAddress.Loopback, 0), requestLength, answerLength);

    /// <summary>There and back.</summary>
    public bool Do()
    {
        _ = _socket.Send(_request);
        int count = 0;
        while (count < _answer.Length)
        {
            count += _socket.Receive(_answer.AsSpan(count));
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static BareRoundTrip Create(AddressFamily family, EndPoint end, int requestLength, int answerLength)
    {
        Socket New() => new(family, SocketType.Stream, ProtocolType.Unspecified);
        Socket listener = New();
        listener.Bind(end);
        listener.Listen();
        new Thread(() => Answer(listener, requestLength, answerLength)) { IsBackground = true }.Start();
        Socket socket = New();
        socket.Connect(listener.LocalEndPoint!);
        SetNoDelay(socket);
        return new BareRoundTrip(socket, requestLength, answerLength);
    }

    private static void SetNoDelay(Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            socket.NoDelay = true;
        }
    }

    private static void Answer(Socket listener, int requestLength, int answerLength)
    {
        using Socket socket = listener.Accept();
        listener.Dispose();
        SetNoDelay(socket);
        byte[] request = new byte[requestLength];
        byte[] answer = new byte[answerLength];
        while (socket.Receive(request) > 0)
        {
            _ = socket.Send(answer);
        }
    }
}
