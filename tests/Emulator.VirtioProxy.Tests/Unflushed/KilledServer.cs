using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.Tests.Peers;

namespace Emulator.VirtioProxy.Tests.Unflushed;

/// <summary>Servers of one disk, one after the other: each ends as a process does that is killed.</summary>
internal sealed class KilledServer(LosingDisk disk, Random? survivors = null) : IDisposable
{
    private VirtioProxyServer _server = Create(disk, 1);
    private Action? _hangUp;
    private int _left = int.MaxValue;
    private bool _onlyLosesConnection;

    /// <summary>How many there were.</summary>
    public int Count { get; private set; } = 1;

    /// <summary>Connections so far.</summary>
    public int Connections { get; private set; }

    public ICarrier Connect()
    {
        (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
        (ICarrier toServer, ICarrier atServer) = InProcessCarrier.CreatePair();
        _server.Serve(atServer);
        var front = new ScriptedPeer(other);
        var server = new ScriptedPeer(toServer);
        Connections++;
        _hangUp = () =>
        {
            server.HangUp();
            front.HangUp();
        };
        front.OnLost = server.HangUp;
        server.OnReceived = message => front.Say(message);
        front.OnReceived = message =>
        {
            if (_left-- > 0)
            {
                server.Pass(message, front);
            }
            else
            {
                Kill();
            }
        };
        return one;
    }

    /// <summary>The server ends now; or only its connection.</summary>
    public void Kill(bool onlyConnection = false)
    {
        _left = int.MaxValue;
        if (!onlyConnection && !_onlyLosesConnection)
        {
            // Nothing of it is executed any more when the disk loses its cache.
            VirtioProxyServer old = _server;
            _server = Create(disk, ++Count);
            old.Dispose();
            disk.Lose(survivors);
        }

        _hangUp!();
    }

    /// <summary>The server ends at a message of the front end's, which it does not get.</summary>
    public void KillAfter(int messages, bool onlyConnection)
    {
        _onlyLosesConnection = onlyConnection;
        _left = messages;
    }

    public void Dispose() => _server.Dispose();

    private static VirtioProxyServer Create(LosingDisk disk, int number)
    {
        var server = new VirtioProxyServer { Instance = (ulong)number };
        return server.Add("virtio-blk", settings => new VirtioBlock(settings, new LosingStorage(disk)));
    }
}
