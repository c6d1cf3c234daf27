using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.Server;

/// <summary>
/// A served device in a machine of the same process (docs/virtio-proxy.md, section 7, "in process"). The model is the server's and does the work; this stands between it and the machine because the server can go at
/// any time, on any thread.
/// </summary>
internal sealed class LocalBackend : IVirtioBackend, IRemoteParticipant, IMachineClock, ITimerTarget
{
    private readonly LocalSession _session;
    private readonly VirtioModelSettings _settings;
    private readonly IMachineClock _clock;
    private VirtioModel _model = null!;
    private IVirtioBackendHost _host = null!;
    private ITimerTarget? _timerTarget;
    private bool _hasTold;

    /// <summary>Creates a device without a model.</summary>
    /// <param name="session">Whose it is.</param>
    /// <param name="settings">What it needs of the machine.</param>
    public LocalBackend(LocalSession session, VirtioModelSettings settings)
    {
        _session = session;
        _settings = settings;
        _clock = settings.Clock;
    }

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType => _model.DeviceType;

    /// <inheritdoc/>
    public ulong Features => _model.Features;

    /// <inheritdoc/>
    public IReadOnlyList<int> QueueSizes => _model.QueueSizes;

    /// <inheritdoc/>
    public int ConfigurationLength => _model.ConfigurationLength;

    /// <inheritdoc/>
    public bool HasUnsolicitedInput => false;

    /// <inheritdoc/>
    public VirtualTime Now => _clock.Now;

    /// <summary>Takes the model, before anything else.</summary>
    public void Take(VirtioModel model) => _model = model;

    /// <inheritdoc/>
    public void Connect(IVirtioBackendHost host)
    {
        _host = host;
        _model.Connect(host);
    }

    /// <inheritdoc/>
    public BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        try
        {
            return _session.TryEnter() ? _model.ReadConfiguration(offset, destination) : BackendAnswer.Done;
        }
        finally
        {
            _session.Leave();
        }
    }

    /// <inheritdoc/>
    public BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        try
        {
            return _session.TryEnter() ? _model.WriteConfiguration(offset, source) : BackendAnswer.Done;
        }
        finally
        {
            _session.Leave();
        }
    }

    /// <inheritdoc/>
    public BackendAnswer SetFeatures(ulong features)
    {
        try
        {
            return _session.TryEnter() ? _model.SetFeatures(features) : BackendAnswer.Refused;
        }
        finally
        {
            _session.Leave();
        }
    }

    /// <inheritdoc/>
    public BackendAnswer SetStatus(VirtioStatus status)
    {
        try
        {
            return _session.TryEnter() ? _model.SetStatus(status) : BackendAnswer.Done;
        }
        finally
        {
            _session.Leave();
        }
    }

    /// <inheritdoc/>
    public BackendAnswer StartQueue(int queue, VirtqueueSettings settings)
    {
        try
        {
            return _session.TryEnter() ? _model.StartQueue(queue, settings) : BackendAnswer.Refused;
        }
        finally
        {
            _session.Leave();
        }
    }

    /// <inheritdoc/>
    public BackendAnswer StopQueue(int queue)
    {
        try
        {
            return _session.TryEnter() ? _model.StopQueue(queue) : BackendAnswer.Done;
        }
        finally
        {
            _session.Leave();
        }
    }

    /// <inheritdoc/>
    public void Kick(int queue)
    {
        try
        {
            if (_session.TryEnter())
            {
                _model.Kick(queue);
            }
        }
        finally
        {
            _session.Leave();
        }
    }

    /// <inheritdoc/>
    public BackendAnswer Reset()
    {
        try
        {
            return _session.TryEnter() ? _model.Reset() : BackendAnswer.Done;
        }
        finally
        {
            _session.Leave();
        }
    }

    /// <inheritdoc/>
    public bool Pump()
    {
        if (_session.IsGone && !_hasTold)
        {
            // A server of this process does not come back: there is nothing to wait for.
            _hasTold = true;
            _host.NeedsReset();
        }

        return false;
    }

    /// <inheritdoc/>
    public TimerId Register(string id, ITimerTarget target)
    {
        _timerTarget = target;
        return _clock.Register(id, this);
    }

    /// <inheritdoc/>
    public void Arm(TimerId timer, VirtualTime deadline) => _clock.Arm(timer, deadline);

    /// <inheritdoc/>
    public void Disarm(TimerId timer) => _clock.Disarm(timer);

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        try
        {
            if (_session.TryEnter())
            {
                _timerTarget?.OnTimer(timer);
            }
        }
        finally
        {
            _session.Leave();
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer) =>
        throw new SnapshotException($"'{_settings.Name}' is served by a virtio-proxy back end, whose state is not the machine's; take snapshots of machines with devices of their own");

    /// <inheritdoc/>
    public void Load(SnapshotReader reader) =>
        throw new SnapshotException($"'{_settings.Name}' is served by a virtio-proxy back end; load snapshots into machines with devices of their own");

    /// <inheritdoc/>
    public void Dispose() => _session.Release();
}
