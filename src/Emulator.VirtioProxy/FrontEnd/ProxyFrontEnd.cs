using Emulator.Virtio.Devices;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.FrontEnd;

/// <summary>
/// A machine's connection to a back end, for all devices that this serves. When it is lost it is made anew, and the devices go on where they were (docs/virtio-proxy.md, section 6).
/// </summary>
internal sealed class ProxyFrontEnd : IDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private readonly Func<ICarrier> _connect;
    private readonly ProxyOptions _options;
    private readonly RemoteGate _gate;
    private readonly ulong _instance;
    private readonly SortedDictionary<ushort, ProxyBackend> _devices = [];
    private readonly ManualResetEventSlim _replies = new();
    private readonly CancellationTokenSource _stop = new();

    // Held while it connects anew, and devices go on.
    private readonly Lock _connecting = new();

    // Held while devices hear that a connection is lost, so that it is not taken for the next one's loss.
    private readonly Lock _detaching = new();
    private FrontEndPeer? _peer;
    private bool _isSuspended;
    private int _isReconnecting;
    private int _users;

    /// <summary>Connects.</summary>
    /// <param name="connect">Makes a connection; throws an <see cref="EmulatorException"/> when nobody is there.</param>
    /// <param name="options">How long to wait.</param>
    /// <param name="gate">Where what comes enters the machine.</param>
    /// <param name="instance">A number that no other front end has.</param>
    /// <exception cref="EmulatorException">Nobody is there, or turns this front end away.</exception>
    public ProxyFrontEnd(Func<ICarrier> connect, ProxyOptions options, RemoteGate gate, ulong instance)
    {
        _connect = connect;
        _options = options;
        _gate = gate;
        _instance = instance;
        _peer = OpenPeer();
    }

    /// <summary>True while there is a connection.</summary>
    public bool IsConnected => Volatile.Read(ref _peer) is not null;

    /// <summary>How long to wait.</summary>
    public ProxyOptions Options => _options;

    /// <summary>Length of the memory that both sides have from the start, or null where there is none.</summary>
    public ulong? StaticLength => Require().StaticMemory?.Length;

    /// <summary>The numbers of all devices that the back end has.</summary>
    public IReadOnlyList<ushort> FindDevices() => DeviceDescription.FindAll(Require(), Wait);

    /// <summary>What the back end tells of a device.</summary>
    public DeviceDescription Describe(ushort number) => DeviceDescription.Fetch(Require(), number, Wait);

    /// <summary>Makes a device of the machine's out of one of the back end's.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="gate">Where what comes enters the machine.</param>
    public ProxyBackend Attach(ushort number, VirtioModelSettings settings, RemoteGate gate)
    {
        DeviceDescription description = Describe(number);
        return Require().HasAreas ? new AreaBackend(this, settings, description, gate) : new ChainBackend(this, settings, description);
    }

    /// <summary>Adds a device, while the machine is built.</summary>
    public void Add(ProxyBackend device)
    {
        _devices.Add(device.Number, device);
        device.Attach(Require());
        _users++;
    }

    /// <summary>A device is done with; the last one ends the connection.</summary>
    public void Release()
    {
        if (--_users == 0)
        {
            Dispose();
        }
    }

    /// <summary>A device by its number.</summary>
    public ProxyBackend? Find(ushort number) => _devices.GetValueOrDefault(number);

    /// <summary>Something has come.</summary>
    public void Signal()
    {
        _replies.Set();
        _gate.Signal();
    }

    /// <summary>The connection is lost.</summary>
    public void PeerLost(FrontEndPeer peer)
    {
        _replies.Set();
        lock (_detaching)
        {
            if (Interlocked.CompareExchange(ref _peer, null, peer) != peer)
            {
                return;
            }

            DetachAll();
        }

        _gate.Signal();
        StartReconnecting();
    }

    /// <summary>
    /// A device is about to become another one, by a snapshot: the connection ends, and no other one is made until <see cref="Resume"/>. With that the back end's device begins anew, and goes on where the one of the snapshot was.
    /// </summary>
    public void Suspend()
    {
        FrontEndPeer? peer;
        lock (_connecting)
        {
            _isSuspended = true;
            lock (_detaching)
            {
                peer = Interlocked.Exchange(ref _peer, null);
                DetachAll();
            }
        }

        peer?.Dispose();
    }

    /// <summary>All devices are what they are to be, and the machine goes on: connects, if it was suspended. On the machine's thread.</summary>
    public void Resume()
    {
        if (!_isSuspended)
        {
            return;
        }

        foreach (ProxyBackend device in _devices.Values)
        {
            device.FinishLoading();
        }

        lock (_connecting)
        {
            _isSuspended = false;
        }

        StartReconnecting();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_stop.IsCancellationRequested)
        {
            _stop.Cancel();
            _peer?.Dispose();
        }
    }

    private FrontEndPeer Require() => _peer ?? throw new EmulatorException("the virtio-proxy back end has closed the connection; look at its own messages");

    // A back end may not have seen yet that the one before has gone.
    private FrontEndPeer OpenPeer()
    {
        long start = _options.Time.GetTimestamp();
        while (true)
        {
            var peer = new FrontEndPeer(this, _connect(), _instance, _options);
            peer.Start();
            ProxyReply hello = Wait(peer.Open());
            if (peer.IsOpen && !hello.HasFailed)
            {
                if (_options.Memory != ProxyMemory.Fat || peer.HasFatAreas)
                {
                    return peer;
                }

                peer.Dispose();
                throw new EmulatorException("the virtio-proxy back end does not know fat areas; use memory=copied");
            }

            (HelloStatus refusal, string? reason) = (peer.Refusal, peer.LossReason);
            peer.Dispose();
            if (refusal != HelloStatus.Busy || _options.Time.GetElapsedTime(start) > s_longestPause)
            {
                throw new EmulatorException($"the virtio-proxy back end does not welcome this machine: {reason ?? "it does not answer"}");
            }

            _ = _stop.Token.WaitHandle.WaitOne(s_firstPause);
        }
    }

    // On the thread that builds the machine, or that connects anew; never on a machine's that runs. The watch of the peer ends it.
    private ProxyReply Wait(ProxyReply reply)
    {
        while (!reply.IsDone)
        {
            _ = _replies.Wait(TimeSpan.FromMilliseconds(20));
            _replies.Reset();
        }

        return reply;
    }

    private void DetachAll()
    {
        foreach (ProxyBackend device in _devices.Values)
        {
            device.Detach();
        }
    }

    private void StartReconnecting()
    {
        if (!_stop.IsCancellationRequested && Interlocked.Exchange(ref _isReconnecting, 1) == 0)
        {
            new Thread(Reconnect) { IsBackground = true, Name = "virtio-proxy reconnect" }.Start();
        }
    }

    private void Reconnect()
    {
        TimeSpan pause = s_firstPause;
        while (!_stop.Token.WaitHandle.WaitOne(pause))
        {
            lock (_connecting)
            {
                if (_isSuspended)
                {
                    Volatile.Write(ref _isReconnecting, 0);
                    return;
                }

                if (TryReconnect())
                {
                    return;
                }
            }

            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    private bool TryReconnect()
    {
        FrontEndPeer? peer = null;
        try
        {
            peer = OpenPeer();
            foreach (ProxyBackend device in _devices.Values)
            {
                device.GoOn(peer, DeviceDescription.Fetch(peer, device.Number, Wait), Wait);
            }

            foreach (ProxyBackend device in _devices.Values)
            {
                device.Attach(peer);
            }
        }
        catch (EmulatorException)
        {
            // Not there yet, or gone again: the devices' own time-out ends it.
            peer?.Dispose();
            return false;
        }

        // From here on its loss begins all this anew.
        Volatile.Write(ref _isReconnecting, 0);
        Volatile.Write(ref _peer, peer);
        if (peer.LossReason is not null)
        {
            PeerLost(peer);
        }

        _gate.Signal();
        return true;
    }
}
