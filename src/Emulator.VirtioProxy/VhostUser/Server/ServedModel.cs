using Emulator.Memory;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>A device model whose driver is behind a front end. It walks the rings where they are, in the front end's memory. Calls come on the server's thread.</summary>
internal sealed class ServedModel : IVirtioBackendHost, IVirtqueueRings, IDisposable
{
    // Of the rings' features those that a back end has a part in; how a queue is reset or notified is the front end's own affair.
    private const ulong RingFeatures = VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex | VirtioFeatures.PackedRing | VirtioFeatures.Version1;

    private readonly IVirtioBackend _model;
    private readonly MemoryRing?[] _rings;
    private DmaView? _memory;
    private uint _start;

    /// <summary>Creates a device that nobody drives.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="time">The host's time.</param>
    /// <param name="create">Makes the model.</param>
    public ServedModel(string name, TimeProvider time, Func<VirtioModelSettings, IVirtioBackend> create)
    {
        Clock = new HostClock(time);
        var none = new DmaView(new SystemBus(), BusInitiator.Host);
        _model = create(new VirtioModelSettings(name, none, Clock) { Rings = this, RingFeatures = RingFeatures });
        _rings = new MemoryRing?[_model.QueueSizes.Count];
        Counters = new VirtioCounters(_rings.Length);
        _model.Connect(this);
    }

    /// <summary>Who drives it, or null.</summary>
    public FrontEndSession? Session { get; set; }

    /// <summary>Its clock.</summary>
    public HostClock Clock { get; }

    /// <summary>The model itself.</summary>
    public IVirtioBackend Model => _model;

    /// <inheritdoc/>
    public VirtioCounters Counters { get; }

    /// <inheritdoc/>
    public VirtioTrace? Trace => null;

    /// <summary>The features that it offers. Those of a network port that need the control queue or its configuration are the front end's.</summary>
    public ulong Features => IsNetwork ? _model.Features & (RingFeatures | NetProfile.FrameFeatures) : _model.Features;

    /// <summary>Number of queues that the front end hands over. The control queue of a network port, its last, is the front end's.</summary>
    public int QueueCount => IsNetwork ? _rings.Length - 1 : _rings.Length;

    /// <summary>Number of queues as the front end is told it: front ends count those of network ports in pairs.</summary>
    public int CountedQueues => IsNetwork ? QueueCount / 2 : QueueCount;

    /// <summary>True when the front end is to read its configuration here. That of a network port is the front end's.</summary>
    public bool HasConfiguration => _model.ConfigurationLength > 0 && !IsNetwork;

    private bool IsNetwork => _model.DeviceType == VirtioDeviceType.Network;

    /// <summary>Tells the features that were agreed on. No queue may be started.</summary>
    public void SetFeatures(ulong features)
    {
        _ = _model.SetStatus(VirtioStatus.Acknowledge | VirtioStatus.Driver);
        _ = _model.SetFeatures(features);
        _ = _model.SetStatus(VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk | VirtioStatus.DriverOk);
    }

    /// <summary>Starts a queue, and looks at it.</summary>
    /// <param name="queue">The queue's index.</param>
    /// <param name="settings">Where it is, in guest physical addresses.</param>
    /// <param name="start">Where in the ring, as a vring base says it.</param>
    /// <param name="memory">The memory that it is in.</param>
    /// <returns>False when there is no such memory, or its size is none.</returns>
    public bool Start(int queue, in VirtqueueSettings settings, uint start, DmaView memory)
    {
        _memory = memory;
        _start = start;
        bool isStarted = _model.StartQueue(queue, settings) == BackendAnswer.Done;
        if (!isStarted)
        {
            _rings[queue] = null;
        }

        return isStarted;
    }

    /// <summary>Stops a queue.</summary>
    /// <returns>Where in the ring it was.</returns>
    public uint Stop(int queue)
    {
        uint position = _rings[queue]?.Position ?? 0;
        _ = _model.StopQueue(queue);
        _rings[queue] = null;
        return position;
    }

    /// <summary>Looks at a queue that is started.</summary>
    /// <returns>True when something was done.</returns>
    public bool Kick(int queue)
    {
        uint mark = _rings[queue]!.Mark;
        _model.Kick(queue);
        return _rings[queue]!.Mark != mark;
    }

    /// <summary>True when there is something in a started queue.</summary>
    public bool HasAvailable(int queue) => _rings[queue]!.HasAvailable;

    /// <summary>Reads the configuration space. What lies beyond it reads as zeros.</summary>
    public void ReadConfiguration(uint offset, Span<byte> destination)
    {
        destination.Clear();
        Span<byte> all = new byte[_model.ConfigurationLength];
        if (offset < (uint)all.Length && _model.ReadConfiguration(0, all) == BackendAnswer.Done)
        {
            ReadOnlySpan<byte> wanted = all[(int)offset..];
            wanted[..Math.Min(wanted.Length, destination.Length)].CopyTo(destination);
        }
    }

    /// <summary>Writes the configuration space.</summary>
    /// <returns>False when not all of it is there.</returns>
    public bool TryWriteConfiguration(uint offset, ReadOnlySpan<byte> source) =>
        offset <= (uint)_model.ConfigurationLength && source.Length <= _model.ConfigurationLength - (int)offset
        && _model.WriteConfiguration((int)offset, source) == BackendAnswer.Done;

    /// <summary>Puts everything back to its state before the driver came.</summary>
    public void Reset()
    {
        _ = _model.Reset();
        Array.Clear(_rings);
    }

    /// <inheritdoc/>
    public VirtqueueRing Create(int queue, in VirtqueueSettings settings, ulong features)
    {
        MemoryRing ring = (features & VirtioFeatures.PackedRing) != 0 ? new PackedRing(_memory!, settings, features) { IsConcurrent = true, Start = _start }
            : Session?.InflightOf(queue, settings.Size) is { } inflight ? new TrackedRing(_memory!, settings, features, inflight) { IsConcurrent = true, Start = _start }
            : new SplitRing(_memory!, settings, features) { IsConcurrent = true, Start = _start };
        _rings[queue] = ring;
        return ring;
    }

    /// <inheritdoc/>
    public void BuffersUsed(int queue) => Session?.Call(queue);

    /// <inheritdoc/>
    public void ConfigurationChanged() => Session?.TellConfigurationChanged();

    /// <inheritdoc/>
    public void NeedsReset()
    {
        Counters.Faults++;
        Session?.TellFault();
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}
