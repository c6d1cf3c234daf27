using Emulator.Virtio.Devices;

namespace Emulator.VirtioProxy.Server;

/// <summary>
/// A machine of the same process drives a server's devices: their models work on its memory and by its clock, as its own devices do, and notifications and used buffers are calls. What a session by messages would do,
/// this does too.
/// </summary>
internal sealed class LocalSession : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly VirtioProxyServer _server;
    private readonly RemoteGate _gate;
    private int _users;
    private int _depth;
    private bool _isGone;

    private LocalSession(VirtioProxyServer server, RemoteGate gate)
    {
        _server = server;
        _gate = gate;
    }

    /// <summary>True when the server was disposed of.</summary>
    public bool IsGone => Volatile.Read(ref _isGone);

    /// <summary>Takes the server's devices over.</summary>
    /// <param name="server">The server.</param>
    /// <param name="gate">The machine's.</param>
    /// <param name="time">The host's clock.</param>
    /// <exception cref="EmulatorException">Another front end drives them.</exception>
    public static LocalSession Begin(VirtioProxyServer server, RemoteGate gate, TimeProvider time)
    {
        var session = new LocalSession(server, gate);
        long start = time.GetTimestamp();
        while (!server.TryClaim(session))
        {
            // One that has just gone may not have been noticed yet.
            if (time.GetElapsedTime(start) > s_patience)
            {
                throw new EmulatorException("the virtio-proxy server does not welcome this machine: another one drives its devices; dispose of that one first, or use a server for each");
            }

            Thread.Sleep(s_pause);
        }

        return session;
    }

    /// <summary>Lets a device work for the machine.</summary>
    /// <param name="number">The device.</param>
    /// <param name="settings">What it needs of the machine.</param>
    public LocalBackend Lend(ushort number, VirtioModelSettings settings)
    {
        _users++;
        var backend = new LocalBackend(this, settings);
        lock (_server.Work)
        {
            if (_server.Find(number) is { } device && !IsGone)
            {
                backend.Take(device.Lend(settings with { Clock = backend }));
                settings.Remotes?.Add(backend);
                return backend;
            }
        }

        Release();
        throw new EmulatorException("the virtio-proxy server was disposed of; keep it until its machines are");
    }

    /// <summary>
    /// Enters a device, on the machine's thread, until the turn is disposed of. A lock would cost a request of a disk in memory some 5 %: instead it is the other side that takes the pains, which does so
    /// once, see <see cref="Dispose"/>.
    /// </summary>
    public LocalTurn Enter()
    {
        Volatile.Write(ref _depth, _depth + 1);
        return new LocalTurn(this, !Volatile.Read(ref _isGone));
    }

    /// <summary>A turn has ended.</summary>
    internal void Leave() => Volatile.Write(ref _depth, _depth - 1);

    /// <summary>A device is done with; the last one ends the session.</summary>
    public void Release()
    {
        if (--_users == 0)
        {
            _server.Forget(this, "its machine was disposed of");
        }
    }

    /// <summary>The server ends.</summary>
    public void Dispose()
    {
        if (IsGone)
        {
            return;
        }

        // The barrier is for the machine's thread, too: it has either not entered yet, and sees that the server has gone, or is seen here.
        Volatile.Write(ref _isGone, true);
        Interlocked.MemoryBarrierProcessWide();
        var wait = new SpinWait();
        while (Volatile.Read(ref _depth) > 0)
        {
            wait.SpinOnce();
        }

        _server.Forget(this, "the server was disposed of");
        _gate.Signal();
    }
}
