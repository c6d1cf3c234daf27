using System.Buffers.Binary;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.Unflushed;

namespace Emulator.VirtioProxy.FrontEnd;

/// <summary>
/// A virtio device whose back end is a peer (docs/virtio-proxy.md): what it agrees on with the peer, whichever way requests travel. The guest sees a request done at a fixed instant, until which the machine waits
/// if it has to. So a run is the same whenever the peer's answers are the same.
/// </summary>
internal abstract partial class ProxyBackend : IVirtioBackend, IRemoteParticipant, ITimerTarget
{
    // The front end has the rings; and the platform's features are its own.
    private const ulong HiddenFeatures = VirtioFeatures.Reserved & ~VirtioFeatures.Version1;

    private const ulong ReadOnlyDisk = 1UL << 5; // VIRTIO_BLK_F_RO

    private readonly ProxyFrontEnd _frontEnd;
    private readonly Lock _lock = new();
    private readonly TimerId _timer;
    private DeviceDescription _description;
    private VirtioStatus _peerStatus;
    private DeviceDescription? _changed;
    private VirtualTime _armed = VirtualTime.Never;

    /// <summary>Attaches a device.</summary>
    /// <param name="frontEnd">The connection.</param>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="description">What the back end tells of it.</param>
    protected ProxyBackend(ProxyFrontEnd frontEnd, VirtioModelSettings settings, DeviceDescription description)
    {
        _frontEnd = frontEnd;
        Settings = settings;
        _description = description;
        _timer = settings.Clock.Register($"{settings.Name}:completion", this);
        bool keepsWrites = DeviceType == VirtioDeviceType.Block && UnflushedWrites.CanBe(description.Features) && frontEnd.Options.UnflushedBytes > 0;
        Unflushed = keepsWrites ? new UnflushedWrites(frontEnd.Options.UnflushedBytes) : null;
        settings.Remotes?.Add(this);
    }

    /// <summary>Tells the back end where the device stands.</summary>
    /// <param name="entries">Where that goes.</param>
    public void Describe(ref SlotEntries entries)
    {
        if (Settings.Slot is { } slot)
        {
            entries.Add(SlotTag.Address, slot.Address);
            entries.Add(SlotTag.Length, slot.Length);
            entries.Add(SlotTag.Interrupt, (uint)slot.Interrupt);
        }

        bool isReadOnly = DeviceType == VirtioDeviceType.Block && (_description.Features & ReadOnlyDisk) != 0;
        entries.Add(SlotTag.DeviceId, (uint)DeviceType);
        entries.Add(SlotTag.Flags, isReadOnly ? ProxySlot.ReadOnlyFlag : 0);
        entries.Add("name", Settings.Name);
    }

    /// <summary>Its number, <c>dev_num</c>.</summary>
    public ushort Number => _description.Number;

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType => (VirtioDeviceType)_description.Info.DeviceId;

    /// <inheritdoc/>
    public ulong Features => (_description.Features & ~HiddenFeatures) | Settings.RingFeatures;

    /// <inheritdoc/>
    public IReadOnlyList<int> QueueSizes => _description.QueueSizes;

    /// <inheritdoc/>
    public int ConfigurationLength => _description.Configuration.Length;

    /// <inheritdoc/>
    public bool HasUnsolicitedInput => false;

    /// <summary>Where writes to a disk are kept until they are flushed; null for what is no disk, and has no cache.</summary>
    protected UnflushedWrites? Unflushed { get; }

    /// <summary>True while the guest knows of the disk's cache; otherwise each write is safe when it is answered, and none is to be kept.</summary>
    protected bool KeepsWrites => UnflushedWrites.AreKnown(AgreedFeatures, _description.Configuration);

    /// <summary>What the device needs of its machine.</summary>
    protected VirtioModelSettings Settings { get; }

    /// <summary>Held while what the carrier's thread touches is touched.</summary>
    protected Lock Shared => _lock;

    /// <summary>The device in front.</summary>
    protected IVirtioBackendHost Host { get; private set; } = null!;

    /// <summary>The features that were agreed on, with those of rings.</summary>
    protected ulong AgreedFeatures { get; private set; }

    /// <summary>The device status as the driver has set it.</summary>
    protected VirtioStatus Status { get; private set; }

    /// <summary>True once the device needs a reset.</summary>
    protected bool IsBroken { get; private set; }

    /// <summary>True while the driver's requests are to be served.</summary>
    protected bool IsRunning => (Status & VirtioStatus.DriverOk) != 0 && !IsBroken;

    /// <inheritdoc/>
    public virtual void Connect(IVirtioBackendHost host)
    {
        Host = host;
        _frontEnd.Add(this);
    }

    /// <inheritdoc/>
    public BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        lock (_lock)
        {
            _description.Configuration.AsSpan(offset, destination.Length).CopyTo(destination);
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        byte[] bytes = source.ToArray();
        BackendAnswer answer = Ask(
            AskKind.Configuration,
            peer => peer.Request(TransportMessage.SetConfig, Number, new Payloads.ConfigurationBytes(Newest.Generation, (uint)offset, (uint)bytes.Length), bytes),
            out ProxyReply? reply);
        if (answer == BackendAnswer.Done && reply!.TryRead(out Payloads.ConfigurationBytes written, out _) && written.Length == bytes.Length)
        {
            lock (_lock)
            {
                bytes.CopyTo(_description.Configuration, offset);
                _description = _description with { Generation = written.Generation };
                if (_changed is { } changed)
                {
                    bytes.CopyTo(changed.Configuration, offset);
                }
            }
        }

        return answer == BackendAnswer.Refused ? BackendAnswer.Done : answer;
    }

    /// <inheritdoc/>
    public BackendAnswer SetFeatures(ulong features)
    {
        ulong forPeer = (features & ~HiddenFeatures) | VirtioFeatures.Version1;
        BackendAnswer answer = Ask(AskKind.Features, peer => SendFeatures(peer, forPeer), out _);
        if (answer == BackendAnswer.Done)
        {
            AgreedFeatures = features;
        }

        return answer;
    }

    /// <inheritdoc/>
    public BackendAnswer SetStatus(VirtioStatus status)
    {
        // A legacy driver has no word for it.
        VirtioStatus forPeer = (status & VirtioStatus.DriverOk) != 0 ? status | VirtioStatus.FeaturesOk : status;
        BackendAnswer answer = Ask(AskKind.Status, peer => SendStatus(peer, forPeer), out ProxyReply? reply);
        if (answer != BackendAnswer.Done)
        {
            return answer;
        }

        _ = reply!.TryRead(out Payloads.Status told, out _);
        if ((forPeer & VirtioStatus.FeaturesOk & ~(VirtioStatus)told.Value) != 0)
        {
            return BackendAnswer.Refused;
        }

        bool starts = (status & ~Status & VirtioStatus.DriverOk) != 0;
        Status = status;
        if (starts)
        {
            for (int queue = 0; queue < QueueSizes.Count; queue++)
            {
                Kick(queue);
            }
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer StartQueue(int queue, VirtqueueSettings settings)
    {
        if (_ask?.Kind != AskKind.StartQueue && !TryStart(queue, settings))
        {
            return BackendAnswer.Refused;
        }

        BackendAnswer answer = Ask(AskKind.StartQueue, peer => SendQueue(peer, queue), out _);
        if (answer == BackendAnswer.Done)
        {
            Kick(queue);
        }

        return answer;
    }

    /// <inheritdoc/>
    public BackendAnswer StopQueue(int queue)
    {
        BackendAnswer answer = Ask(AskKind.StopQueue, peer => peer.Request(TransportMessage.ResetVqueue, Number, new Payloads.Index((uint)queue)), out _);
        if (answer != BackendAnswer.Pending)
        {
            Stop(queue);
        }

        return answer == BackendAnswer.Refused ? BackendAnswer.Done : answer;
    }

    /// <inheritdoc/>
    public abstract void Kick(int queue);

    /// <inheritdoc/>
    public BackendAnswer Reset()
    {
        // A device that was given up has another chance, for as long as for any access; then it is given up again.
        IsBroken &= _parked == AskKind.Reset;
        BackendAnswer answer = Ask(AskKind.Reset, peer => SendStatus(peer, VirtioStatus.None), out _);
        if (answer == BackendAnswer.Pending)
        {
            return answer;
        }

        Status = VirtioStatus.None;
        AgreedFeatures = 0;
        SwitchCacheOn();
        for (int queue = 0; queue < QueueSizes.Count; queue++)
        {
            Stop(queue);
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        // The machine looks through the gate after its timers have fired.
        _armed = VirtualTime.Never;
    }

    /// <inheritdoc/>
    public virtual void Dispose() => _frontEnd.Release();

    // A reset does so in the back end, which does not tell of it.
    private void SwitchCacheOn()
    {
        lock (_lock)
        {
            if (Unflushed is not null && UnflushedWrites.HasSwitch(Features) && _description.Configuration.Length > UnflushedWrites.WriteCacheOffset)
            {
                _description.Configuration[UnflushedWrites.WriteCacheOffset] = 1;
            }
        }
    }

    /// <summary>Starts a queue of the guest's.</summary>
    /// <returns>False when it cannot be.</returns>
    protected abstract bool TryStart(int queue, VirtqueueSettings settings);

    /// <summary>Stops a queue, and forgets its requests: the peer is done with them.</summary>
    protected abstract void Stop(int queue);

    /// <summary>The queue as the peer is to see it, or null when it is not started.</summary>
    protected abstract VirtqueueSettings? PeerQueue(int queue);

    /// <summary>Tells the peer the status.</summary>
    protected ProxyReply SendStatus(FrontEndPeer peer, VirtioStatus status) => peer.Request(TransportMessage.SetDeviceStatus, Number, new Payloads.Status((uint)status));

    private ProxyReply SendFeatures(FrontEndPeer peer, ulong features)
    {
        Span<byte> words = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(words, features);
        return peer.Request(TransportMessage.SetDriverFeatures, Number, new Payloads.FeatureBlocks(0, 2), words);
    }

    /// <summary>Tells the peer where a queue is that is started.</summary>
    protected ProxyReply SendQueue(FrontEndPeer peer, int queue)
    {
        VirtqueueSettings ring = PeerQueue(queue) ?? default;
        return peer.Request(TransportMessage.SetVqueue, Number, new Payloads.Queue((uint)queue, 0, (uint)ring.Size, 0, ring.DescriptorArea, ring.DriverArea, ring.DeviceArea));
    }
}
