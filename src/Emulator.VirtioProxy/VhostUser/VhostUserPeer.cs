using System.Net.Sockets;
using Emulator.VirtioProxy.VhostUser.Host;
using Microsoft.Extensions.Logging;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>
/// A back end as the machine sees it: a thread of the host that talks to it, so that the machine's never waits in a device. What the machine wants said is posted; <see cref="IsBusy"/> tells whether it
/// was. A lost connection is made again, for as long as the back end may take to come back.
/// </summary>
internal sealed partial class VhostUserPeer : IDisposable
{
    private const int RetryMilliseconds = 20;

    private readonly string _path;
    private readonly int _configurationLength;
    private readonly bool _reconnects;
    private readonly TimeSpan _patience;
    private readonly RemoteGate _gate;
    private readonly ILogger? _logger;
    private readonly Func<DescriptorSocket> _connect;
    private readonly EventDescriptor _wake = new();
    private readonly Lock _lock = new();
    private readonly Queue<(int Generation, Action<VhostUserSession> Say)> _posted = [];
    private readonly VhostUserOffer _first;
    private IReadOnlyList<EventDescriptor> _calls = [];
    private VhostUserSession? _session;
    private Thread? _thread;
    private HostDeadline _reconnectDeadline;
    private int _busy;
    private int _generation = 1;
    private int _configurationChanged;
    private int _isGivenUp;
    private int _isWanted;
    private volatile VhostUserPeerState _state;
    private volatile bool _isDisposed;

    /// <summary>Connects.</summary>
    /// <param name="path">The back end's socket.</param>
    /// <param name="configurationLength">Length of the configuration space that the device has in the back end; 0 for none.</param>
    /// <param name="reconnects">True to make a lost connection again.</param>
    /// <param name="patience">How long the back end may take for a message, and to come back.</param>
    /// <param name="gate">Who hears that something has come.</param>
    /// <param name="logger">Where it is told that the back end was lost.</param>
    /// <param name="connect">Connects in another way than by the path; or null.</param>
    /// <exception cref="VhostUserException">Nobody listens there, or it is no such back end.</exception>
    public VhostUserPeer(string path, int configurationLength, bool reconnects, TimeSpan patience, RemoteGate gate, ILogger? logger, Func<DescriptorSocket>? connect = null)
    {
        _connect = connect ?? (() => DescriptorSocket.Connect(path));
        _path = path;
        _configurationLength = configurationLength;
        _reconnects = reconnects;
        _patience = patience;
        _gate = gate;
        _logger = logger;
        try
        {
            _session = Connect();
        }
        catch (Exception e) when (e is SocketException or PeerLostException or ArgumentException)
        {
            _wake.Dispose();
            throw new VhostUserException($"no vhost-user back end serves '{path}' ({e.Message}); start it, and see that it is not in use by another machine", e);
        }

        _first = _session.Offer;
        Offer = _first;
    }

    /// <summary>What the back end has.</summary>
    public VhostUserOffer Offer { get => Volatile.Read(ref field); private set => Volatile.Write(ref field, value); }

    /// <summary>How things stand.</summary>
    public VhostUserPeerState State
    {
        get
        {
            // What the machine has asked for counts before the thread has got to it.
            VhostUserPeerState state = Volatile.Read(ref _isGivenUp) != 0 ? VhostUserPeerState.Gone : _state;
            return state == VhostUserPeerState.Gone && Volatile.Read(ref _isWanted) != 0 ? VhostUserPeerState.Lost : state;
        }
    }

    /// <summary>Counts connections: what was said in one does not hold in the next.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>True until all that was posted has been said and answered, or is void because the connection is lost.</summary>
    public bool IsBusy => Volatile.Read(ref _busy) != 0;

    /// <summary>False to have no thread: whoever drives the machine then lets the peer work by <see cref="Turn"/>, which never waits.</summary>
    public bool HasThread { get; init; } = true;

    /// <summary>Begins to listen.</summary>
    /// <param name="calls">What the back end signals.</param>
    public void Start(IReadOnlyList<EventDescriptor> calls)
    {
        _calls = calls;
        if (!HasThread)
        {
            return;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = $"vhost-user {_path}" };
        _thread.Start();
    }

    /// <summary>Takes the news that the configuration space has changed.</summary>
    public bool TryTakeConfigurationChange() => Interlocked.Exchange(ref _configurationChanged, 0) != 0;

    /// <summary>Has something said.</summary>
    /// <param name="generation">The connection that it is meant for.</param>
    /// <param name="say">Says it, on another thread.</param>
    public void Post(int generation, Action<VhostUserSession> say)
    {
        Interlocked.Increment(ref _busy);
        lock (_lock)
        {
            _posted.Enqueue((generation, say));
        }

        _wake.Signal();
    }

    /// <summary>Ends the connection, and makes no other one until <see cref="Revive"/>.</summary>
    public void GiveUp()
    {
        Volatile.Write(ref _isGivenUp, 1);
        _wake.Signal();
    }

    /// <summary>Tries again for a connection.</summary>
    public void Revive()
    {
        Volatile.Write(ref _isWanted, 1);
        _wake.Signal();
    }

    /// <summary>Does what there is to do, after a wait for it.</summary>
    public void Turn()
    {
        if (Interlocked.Exchange(ref _isGivenUp, 0) != 0 && _state != VhostUserPeerState.Gone)
        {
            Lose("it has not answered in time");
            _state = VhostUserPeerState.Gone;
            _gate.Signal();
        }

        switch (_state)
        {
            case VhostUserPeerState.Connected:
                TryServe();
                break;
            case VhostUserPeerState.Lost:
                TryReconnect();
                break;
            default:
                WaitUntilWanted();
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _wake.Signal();
        _thread?.Join();
        _session?.Dispose();
        _wake.Dispose();
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "the vhost-user back end at '{Path}' is lost: {Reason}")]
    private static partial void LogLost(ILogger logger, string path, string reason);

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning, Message = "the vhost-user back end at '{Path}' is back")]
    private static partial void LogBack(ILogger logger, string path);

    private VhostUserSession Connect() => new(_connect(), _configurationLength, _gate.HostTime, _patience);

    private void Run()
    {
        while (!_isDisposed)
        {
            Turn();
        }
    }

    private void WaitUntilWanted()
    {
        Forget();
        if (Interlocked.Exchange(ref _isWanted, 0) != 0)
        {
            _reconnectDeadline = HostDeadline.After(_gate.HostTime, _patience);
            _state = VhostUserPeerState.Lost;
            return;
        }

        Wait(Timeout.Infinite);
    }

    private void TryServe()
    {
        try
        {
            Wait(Timeout.Infinite);
            while (TryTakePosted(out Action<VhostUserSession>? say))
            {
                try
                {
                    say?.Invoke(_session!);
                    Offer = _session!.Offer;
                }
                finally
                {
                    Interlocked.Decrement(ref _busy);
                    _gate.Signal();
                }
            }
        }
        catch (PeerLostException e)
        {
            Lose(e.Message);
        }
    }

    // What was posted for another connection is void.
    private bool TryTakePosted(out Action<VhostUserSession>? say)
    {
        lock (_lock)
        {
            bool isThere = _posted.TryDequeue(out (int Generation, Action<VhostUserSession> Say) posted);
            say = isThere && posted.Generation == _generation ? posted.Say : null;
            return isThere;
        }
    }

    private void Forget()
    {
        while (TryTakePosted(out _))
        {
            Interlocked.Decrement(ref _busy);
            _gate.Signal();
        }
    }

    private void Lose(string reason)
    {
        _session?.Dispose();
        _session = null;
        _reconnectDeadline = HostDeadline.After(_gate.HostTime, _patience);
        _state = _reconnects ? VhostUserPeerState.Lost : VhostUserPeerState.Gone;
        if (_logger is not null)
        {
            LogLost(_logger, _path, reason);
        }

        Forget();
        _gate.Signal();
    }

    private void TryReconnect()
    {
        Forget();
        try
        {
            VhostUserSession session = Connect();
            if ((_first.Features & ~session.Offer.Features) != 0 || session.Offer.Configuration.Length != _first.Configuration.Length || session.Offer.QueueCount < _first.QueueCount)
            {
                session.Dispose();
                throw new PeerLostException("the back end that has come offers less than the one before");
            }

            _session = session;
            Offer = session.Offer;
            Interlocked.Increment(ref _generation);
            Volatile.Write(ref _isWanted, 0);
            _state = VhostUserPeerState.Connected;
            if (_logger is not null)
            {
                LogBack(_logger, _path);
            }
        }
        catch (Exception e) when (e is SocketException or PeerLostException)
        {
            if (_reconnectDeadline.HasPassed)
            {
                _state = VhostUserPeerState.Gone;
                return;
            }

            Wait(RetryMilliseconds);
        }
        finally
        {
            _gate.Signal();
        }
    }

    // Waits for something to do, and takes what the back end signals.
    private unsafe void Wait(int milliseconds)
    {
        const int fixedEntries = 3;
        LinuxCalls.PollEntry* entries = stackalloc LinuxCalls.PollEntry[fixedEntries + _calls.Count];
        entries[0] = new LinuxCalls.PollEntry { Descriptor = _wake.Descriptor, Events = LinuxCalls.PollIn };
        entries[1] = new LinuxCalls.PollEntry { Descriptor = _session?.Descriptor ?? -1, Events = LinuxCalls.PollIn };
        entries[2] = new LinuxCalls.PollEntry { Descriptor = _session?.RequestDescriptor ?? -1, Events = LinuxCalls.PollIn };
        for (int i = 0; i < _calls.Count; i++)
        {
            entries[fixedEntries + i] = new LinuxCalls.PollEntry { Descriptor = _calls[i].Descriptor, Events = LinuxCalls.PollIn };
        }

        if (LinuxCalls.Poll(entries, (nuint)(fixedEntries + _calls.Count), HasThread ? milliseconds : 0) <= 0)
        {
            return;
        }

        _ = _wake.TryTake();
        bool isCalled = false;
        foreach (EventDescriptor call in _calls)
        {
            isCalled |= call.TryTake();
        }

        if (isCalled)
        {
            _gate.Signal();
        }

        if (entries[2].Returned != 0 && _session!.TakeRequest())
        {
            Offer = _session.Offer;
            Volatile.Write(ref _configurationChanged, 1);
            _gate.Signal();
        }

        if (entries[1].Returned != 0)
        {
            throw new PeerLostException("the connection has ended");
        }
    }
}
