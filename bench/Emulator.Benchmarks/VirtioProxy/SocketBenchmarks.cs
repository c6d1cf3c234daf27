using System.Net.Sockets;
using BenchmarkDotNet.Attributes;

namespace Emulator.Benchmarks.VirtioProxy;

/// <summary>The host's own round trip over a Unix socket between two threads: what a carrier cannot be faster than.</summary>
public class SocketBenchmarks : IDisposable
{
    private const int RequestLength = 40;
    private const int AnswerLength = 4096 + 20;

    private readonly byte[] _request = new byte[RequestLength];
    private readonly byte[] _answer = new byte[AnswerLength];
    private Socket _socket = null!;
    private string _folder = null!;

    [GlobalSetup]
    public void Setup()
    {
        _folder = Directory.CreateTempSubdirectory("socket-").FullName;
        var end = new UnixDomainSocketEndPoint(Path.Combine(_folder, "socket"));
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(end);
        listener.Listen();
        new Thread(() => Answer(listener)) { IsBackground = true }.Start();
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _socket.Connect(end);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int RoundTrip()
    {
        _ = _socket.Send(_request);
        int count = 0;
        while (count < AnswerLength)
        {
            count += _socket.Receive(_answer.AsSpan(count));
        }

        return count;
    }

    private static void Answer(Socket listener)
    {
        using Socket socket = listener.Accept();
        listener.Dispose();
        byte[] request = new byte[RequestLength];
        byte[] answer = new byte[AnswerLength];
        while (socket.Receive(request) > 0)
        {
            _ = socket.Send(answer);
        }
    }
}
