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
        using LocalTurn turn = _session.Enter();
        return turn.IsWelcome ? _model.ReadConfiguration(offset, destination) : BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        using LocalTurn turn = _session.Enter();
        return turn.IsWelcome ? _model.WriteConfiguration(offset, source) : BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer SetFeatures(ulong features)
    {
        using LocalTurn turn = _session.Enter();
        return turn.IsWelcome ? _model.SetFeatures(features) : BackendAnswer.Refused;
    }

    /// <inheritdoc/>
    public BackendAnswer SetStatus(VirtioStatus status)
    {
        using LocalTurn turn = _session.Enter();
        return turn.IsWelcome ? _model.SetStatus(status) : BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer StartQueue(int queue, VirtqueueSettings settings)
    {
        using LocalTurn turn = _session.Enter();
        return turn.IsWelcome ? _model.StartQueue(queue, settings) : BackendAnswer.Refused;
    }

    /// <inheritdoc/>
    public BackendAnswer StopQueue(int queue)
    {
        using LocalTurn turn = _session.Enter();
        return turn.IsWelcome ? _model.StopQueue(queue) : BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public void Kick(int queue)
    {
        using LocalTurn turn = _session.Enter();
        if (turn.IsWelcome)
        {
            _model.Kick(queue);
        }
    }

    /// <inheritdoc/>
    public BackendAnswer Reset()
    {
        using LocalTurn turn = _session.Enter();
        return turn.IsWelcome ? _model.Reset() : BackendAnswer.Done;
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
        using LocalTurn turn = _session.Enter();
        if (turn.IsWelcome)
        {
            _timerTarget?.OnTimer(timer);
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        using LocalTurn turn = _session.Enter();
        Require(turn);
        _model.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        using LocalTurn turn = _session.Enter();
        Require(turn);
        _model.Load(reader);
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Release();

    private void Require(in LocalTurn turn)
    {
        if (!turn.IsWelcome)
        {
            throw new SnapshotException($"the server of '{_settings.Name}' was disposed of; keep it until its machines are");
        }
    }
}
