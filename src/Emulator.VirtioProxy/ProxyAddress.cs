using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Emulator.VirtioProxy.Carriers;

namespace Emulator.VirtioProxy;

/// <summary>Where a back end is to be found: <c>unix:PATH</c>, <c>tcp:HOST:PORT</c> or <c>shm:PATH</c>.</summary>
/// <param name="Path">The path of a Unix socket, or null.</param>
/// <param name="EndPoint">A TCP end, or null.</param>
public sealed record ProxyAddress(string? Path, IPEndPoint? EndPoint)
{
    private const string SharedMemory = "shm:";

    /// <summary>The path of a file that both sides map, with rings of messages in it; or null. It should be in memory, for instance in <c>/dev/shm</c>.</summary>
    public string? SharedMemoryPath { get; init; }

    /// <summary>Reads an address.</summary>
    /// <param name="text"><c>unix:PATH</c>, <c>shm:PATH</c>, or <c>tcp:HOST:PORT</c> with an IP address or <c>localhost</c>.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static ProxyAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("unix:", StringComparison.Ordinal) && text.Length > "unix:".Length)
        {
            return new ProxyAddress(text["unix:".Length..], null);
        }

        if (text.StartsWith(SharedMemory, StringComparison.Ordinal) && text.Length > SharedMemory.Length)
        {
            return new ProxyAddress(null, null) { SharedMemoryPath = text[SharedMemory.Length..] };
        }

        int port = text.LastIndexOf(':');
        if (text.StartsWith("tcp:", StringComparison.Ordinal) && port > "tcp:".Length && ushort.TryParse(text[(port + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
        {
            string host = text["tcp:".Length..port].Trim('[', ']');
            if (host == "localhost")
            {
                return new ProxyAddress(null, new IPEndPoint(IPAddress.Loopback, number));
            }

            if (IPAddress.TryParse(host, out IPAddress? ip))
            {
                return new ProxyAddress(null, new IPEndPoint(ip, number));
            }
        }

        throw new FormatException($"'{text}' is no address of a virtio-proxy back end; use unix:PATH, tcp:ADDRESS:PORT or shm:PATH");
    }

    /// <inheritdoc/>
    public override string ToString() => SharedMemoryPath is { } path ? $"{SharedMemory}{path}" : Path is not null ? $"unix:{Path}" : $"tcp:{EndPoint}";

    /// <summary>Connects.</summary>
    /// <param name="isSecured">True when TLS follows.</param>
    /// <exception cref="EmulatorException">Nobody is there, or it is not allowed.</exception>
    internal Socket Connect(bool isSecured = false) => Open(isSecured, socket => socket.Connect(Target), "nobody listens there; start the back end first, for instance with 'emu serve'");

    /// <summary>Listens; a Unix socket is for its owner only, and takes the place of one at which nobody listens any more.</summary>
    /// <param name="isSecured">True when TLS follows.</param>
    /// <exception cref="EmulatorException">It is taken, or not allowed.</exception>
    internal Socket Listen(bool isSecured = false) => Open(
        isSecured,
        socket =>
        {
            if (Path is not null)
            {
                SocketFile.Listen(socket, Path);
                return;
            }

            socket.Bind(EndPoint!);
            socket.Listen();
        },
        "another server is there, or a file that is no socket; use another address, or end that server");

    /// <summary>Ends to listen.</summary>
    /// <param name="listener">What <see cref="Listen"/> has returned.</param>
    internal void Close(Socket listener)
    {
        if (Path is not null)
        {
            SocketFile.Close(listener, Path);
        }
        else
        {
            listener.Dispose();
        }
    }

    private EndPoint Target => Path is not null ? new UnixDomainSocketEndPoint(Path) : EndPoint!;

    private Socket Open(bool isSecured, Action<Socket> use, string advice)
    {
        // A guest's data and memory are behind this: nobody unknown may reach them.
        if (EndPoint is { } end && !IPAddress.IsLoopback(end.Address) && !isSecured)
        {
            throw new EmulatorException($"{this} is beyond this host; give both sides certificates for TLS (--tls-cert, --tls-key, --tls-ca), or use a loopback address");
        }

        Socket? socket = null;
        try
        {
            socket = Path is not null ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(EndPoint!.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            use(socket);
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket?.Dispose();
            throw new EmulatorException($"{this}: {e.Message}; {advice}", e);
        }
    }
}
