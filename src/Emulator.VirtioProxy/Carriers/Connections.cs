using System.Net.Security;
using System.Net.Sockets;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>Makes carriers over sockets: TCP with TLS when certificates are given.</summary>
internal static class Connections
{
    /// <summary>Connects, as a front end does.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="options">Certificates, and how long to wait.</param>
    /// <exception cref="EmulatorException">Nobody is there, or it is not who may be.</exception>
    public static ICarrier Connect(ProxyAddress address, ProxyOptions options)
    {
        Socket socket = address.Connect(isSecured: options.Tls is not null);
        return Carry(socket, $"{address}", options, isServer: false);
    }

    /// <summary>Takes a connected socket. With TLS, waits for the other side.</summary>
    /// <param name="socket">The socket; it is disposed with the carrier, or at once when there is none.</param>
    /// <param name="name">Names the peer in messages for people.</param>
    /// <param name="options">Certificates, and how long to wait.</param>
    /// <param name="isServer">True on the side that listens.</param>
    /// <exception cref="EmulatorException">The other side is not who may be.</exception>
    public static ICarrier Carry(Socket socket, string name, ProxyOptions options, bool isServer)
    {
        if (socket.AddressFamily == AddressFamily.Unix)
        {
            return SocketCarrier.Create(socket, name, canWait: !isServer);
        }

        socket.NoDelay = true;
        if (options.Tls is null)
        {
            return SocketCarrier.Create(socket, name, canWait: !isServer);
        }

        SslStream stream = options.Tls.Open(socket, isServer, options);
        return new StreamCarrier(stream, socket, name);
    }
}
