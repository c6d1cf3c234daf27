using System.Net.Sockets;
using Emulator.VirtioProxy.Carriers;
using Microsoft.Extensions.Logging;

namespace Emulator.VirtioProxy.Server;

// Who connects. Until a TLS front end has shown who it is, it costs a thread and nobody else's time.
public sealed partial class VirtioProxyServer
{
    private const int MostStrangers = 16;

    private int _strangers;

    private void Welcome(Socket socket)
    {
        if (_options.Tls is null || socket.AddressFamily == AddressFamily.Unix)
        {
            Serve(Connections.Carry(socket, "the front end", _options, isServer: true));
            return;
        }

        if (Interlocked.Increment(ref _strangers) > MostStrangers)
        {
            _ = Interlocked.Decrement(ref _strangers);
            socket.Dispose();
            return;
        }

        new Thread(() => OpenTls(socket)) { IsBackground = true, Name = "virtio-proxy TLS" }.Start();
    }

    private void OpenTls(Socket socket)
    {
        try
        {
            ICarrier carrier = Connections.Carry(socket, "the front end", _options, isServer: true);
            if (_stop.IsCancellationRequested)
            {
                carrier.Dispose();
            }
            else
            {
                Serve(carrier);
            }
        }
        catch (EmulatorException e)
        {
            if (_logger is not null)
            {
                TellRefusal(_logger, e.Message);
            }
        }
        finally
        {
            _ = Interlocked.Decrement(ref _strangers);
        }
    }

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "virtio-proxy: a front end is refused: {Reason}")]
    private static partial void TellRefusal(ILogger logger, string reason);
}
