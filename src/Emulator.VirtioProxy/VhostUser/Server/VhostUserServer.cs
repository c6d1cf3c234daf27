using System.Net.Sockets;
using Emulator.Network;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Net;
using Emulator.VirtioProxy.VhostUser.Host;
using Microsoft.Extensions.Logging;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>
/// Serves one virtio device by vhost-user, for QEMU and every other front end of that protocol. One front end at a time drives it; others wait in turn. When it goes, or breaks the protocol, the device is
/// reset and serves the next.
/// </summary>
public sealed partial class VhostUserServer : IDisposable
{
    private const int RetryMilliseconds = 100;

    private readonly ServedModel _device;
    private readonly VhostUserServerOptions _options;
    private readonly ILogger? _logger;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly EventDescriptor _wake = new();
    private readonly Queue<Action> _posted = new();
    private readonly Lock _lock = new();
    private FrontEndSession? _session;
    private Socket? _listener;
    private Thread? _thread;
    private volatile bool _isOver;

    internal VhostUserServer(string name, Func<VirtioModelSettings, IVirtioBackend> create, VhostUserServerOptions? options = null, ILogger? logger = null)
    {
        if (!LinuxCalls.IsSupported)
        {
            throw new PlatformNotSupportedException("vhost-user needs 64-bit little-endian Linux");
        }

        _options = options ?? new VhostUserServerOptions();
        _logger = logger;
        _device = new ServedModel(name, _time, create);
    }

    /// <summary>Where it listens; null before <see cref="Listen"/>.</summary>
    public string? Path { get; private set; }

    /// <summary>Makes a server of a disk in a raw image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="disk">How to use it; the transport is the front end's choice.</param>
    /// <param name="options">How to deal with front ends.</param>
    /// <param name="logger">Told of front ends that come and go.</param>
    /// <exception cref="EmulatorException">The file cannot be opened.</exception>
    /// <exception cref="PlatformNotSupportedException">Not on 64-bit little-endian Linux.</exception>
    public static VhostUserServer ForBlock(string path, VirtioBlockOptions? disk = null, VhostUserServerOptions? options = null, ILogger? logger = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        VirtioBlockOptions chosen = disk ?? new VirtioBlockOptions();
        return new VhostUserServer(
            "vhost-user-blk",
            settings =>
            {
                IBlockStorage file = FileStorage.Open(path, chosen.IsReadOnly || chosen.IsSnapshot, logger);
                IBlockStorage storage = chosen.IsSnapshot && !chosen.IsReadOnly ? new MemoryStorage(settings.Name, file.Length, file) : file;
                return new VirtioBlock(settings, storage, chosen.Queues, chosen.Id);
            },
            options,
            logger);
    }

    /// <summary>Makes a server of an entropy device.</summary>
    /// <param name="seed">Gives the same bytes for the same seed; null for the host's own random bytes, which are fit for secrets.</param>
    /// <param name="options">How to deal with front ends.</param>
    /// <param name="logger">Told of front ends that come and go.</param>
    /// <exception cref="PlatformNotSupportedException">Not on 64-bit little-endian Linux.</exception>
    public static VhostUserServer ForEntropy(ulong? seed = null, VhostUserServerOptions? options = null, ILogger? logger = null) => new(
        "vhost-user-rng",
        settings => new VirtioEntropy(settings, seed is { } given ? new MachineRandom(given, settings.Name) : new HostRandom()),
        options,
        logger);

    /// <summary>Makes a server of a network port: the other end of what front ends put their guests' network devices on. It has one pair of queues; address, state of the link and filters are the front end's.</summary>
    /// <param name="link">What the port is plugged into, as a lan; it is disposed of with the server. Its time is the host's.</param>
    /// <param name="options">How to deal with front ends.</param>
    /// <param name="logger">Told of front ends that come and go.</param>
    /// <exception cref="ArgumentException">The link is for machines only, as a hub's port is.</exception>
    /// <exception cref="PlatformNotSupportedException">Not on 64-bit little-endian Linux.</exception>
    public static VhostUserServer ForNetwork(INetworkLink link, VhostUserServerOptions? options = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(link);
        if (link is NetworkHubPort)
        {
            throw new ArgumentException("a port of a network hub has the time of machines; give a link that needs none", nameof(link));
        }

        return new VhostUserServer("vhost-user-net", settings => new VirtioNet(settings, link, new byte[VirtioNetOptions.AddressLength]), options, logger);
    }

    /// <summary>Listens, until this is disposed of. The socket is for its owner only.</summary>
    /// <param name="path">The socket's path.</param>
    /// <exception cref="EmulatorException">It cannot be used.</exception>
    public void Listen(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _listener = new ProxyAddress(path, null).Listen();
        _listener.Blocking = false;
        Path = path;
        _thread = new Thread(Run) { IsBackground = true, Name = $"vhost-user {path}" };
        _thread.Start();
    }

    /// <summary>Gives the disk another length. A driver hears of it when its front end has a channel for that.</summary>
    /// <param name="length">The length in bytes, in whole sectors of 512.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is no positive number of sectors.</exception>
    /// <exception cref="InvalidOperationException">This serves no disk, it cannot be written, or the server is not listening.</exception>
    public void Resize(long length)
    {
        IVirtioDisk disk = _device.Model as IVirtioDisk ?? throw new InvalidOperationException("what is served here is no disk");
        Call(() => disk.Resize(length));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
        }

        _wake.Signal();
        Volatile.Read(ref _session)?.Shutdown();
        _thread?.Join();
        if (_listener is not null)
        {
            new ProxyAddress(Path, null).Close(_listener);
        }

        _device.Dispose();
        _wake.Dispose();
    }

    // Does something between two messages, on the thread that serves.
    private void Call(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_thread is null || _isOver)
            {
                throw new InvalidOperationException("the server does not listen; call Listen first");
            }

            _posted.Enqueue(() =>
            {
                try
                {
                    action();
                    done.SetResult();
                }
                catch (Exception e) when (e is ArgumentException or InvalidOperationException)
                {
                    done.SetException(e);
                }
            });
        }

        _wake.Signal();
        done.Task.GetAwaiter().GetResult();
    }

    private void Run()
    {
        while (!_isOver)
        {
            WaitForFrontEnd();
            RunPosted();
            try
            {
                if (!_isOver)
                {
                    Serve(_listener!.Accept());
                }
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionAborted or SocketError.Interrupted)
            {
                // Nobody has come, or it has gone again.
            }
            catch (SocketException e)
            {
                Tell(e.Message);
                Thread.Sleep(RetryMilliseconds);
            }
        }

        RunPosted();
    }

    private void Serve(Socket socket)
    {
        using var session = new FrontEndSession(_device, DescriptorSocket.From(socket), _options, _time, _wake);
        _ = Interlocked.Exchange(ref _session, session);
        try
        {
            while (!_isOver)
            {
                if (session.Serve())
                {
                    RunPosted();
                }
            }
        }
        catch (PeerLostException e)
        {
            Tell(e.Message);
        }
        finally
        {
            Volatile.Write(ref _session, null);
        }
    }

    private unsafe void WaitForFrontEnd()
    {
        LinuxCalls.PollEntry* entries = stackalloc LinuxCalls.PollEntry[2];
        entries[0] = new LinuxCalls.PollEntry { Descriptor = _wake.Descriptor, Events = LinuxCalls.PollIn };
        entries[1] = new LinuxCalls.PollEntry { Descriptor = (int)_listener!.SafeHandle.DangerousGetHandle(), Events = LinuxCalls.PollIn };
        _ = LinuxCalls.Poll(entries, 2, Timeout.Infinite);
    }

    private void RunPosted()
    {
        _ = _wake.TryTake();
        while (true)
        {
            Action action;
            lock (_lock)
            {
                if (!_posted.TryDequeue(out action!))
                {
                    return;
                }
            }

            action();
        }
    }

    private void Tell(string reason)
    {
        if (_logger is not null)
        {
            LogEnd(_logger, Path!, reason);
        }
    }

    [LoggerMessage(EventId = 22, Level = LogLevel.Information, Message = "the vhost-user front end at '{Path}' has gone: {Reason}")]
    private static partial void LogEnd(ILogger logger, string path, string reason);
}
