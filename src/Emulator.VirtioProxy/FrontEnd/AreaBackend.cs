using System.Numerics;
using Emulator.Memory;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.Unflushed;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.VirtioProxy.FrontEnd;

/// <summary>
/// A device whose peer walks rings itself, in memory that both have (docs/virtio-proxy.md, section 5, "Areas"). The peer never sees the guest's rings but such of this side's, in an area that ends with the connection;
/// buffers are copied there too, or lie in the guest's RAM.
/// </summary>
internal sealed partial class AreaBackend : ProxyBackend
{
    /// <summary>Memory for each device, of which only what is used is taken.</summary>
    public const int AreaLength = 64 << 20;

    // Areas of devices lie above all that a board has, and the guest's RAM has the first numbers.
    private const ulong FirstAddress = 1UL << 40;
    private const ushort FirstNumber = 16;

    // Areas of one device's queues have numbers so far from each other.
    private const int NumberStep = 1024;

    private readonly ShadowQueue[] _queues;
    private readonly RemoteGate _gate;
    private readonly bool _isDirect;
    private readonly List<ProxyReply> _shares = [];
    private readonly Restoration? _restoration;
    private FrontEndPeer? _attached;
    private ulong? _writesAreWith;
    private readonly bool _isFat;
    private SharedArea[] _areas = [];
    private GuestAddresses? _addresses;

    /// <summary>Attaches a device.</summary>
    /// <param name="frontEnd">The connection.</param>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="description">What the back end tells of it.</param>
    /// <param name="gate">Where what comes enters the machine.</param>
    public AreaBackend(ProxyFrontEnd frontEnd, VirtioModelSettings settings, DeviceDescription description, RemoteGate gate)
        : base(frontEnd, settings, description)
    {
        if (frontEnd.StaticLength is { } length && length / AreaLength <= description.Number)
        {
            throw new EmulatorException($"the back end has no memory for its device {description.Number}; each device takes {AreaLength >> 20} MiB");
        }

        _gate = gate;
        _isDirect = frontEnd.Options.Memory == ProxyMemory.Direct;
        _isFat = frontEnd.Options.Memory == ProxyMemory.Fat;
        _queues = new ShadowQueue[description.QueueSizes.Length];
        _restoration = Unflushed is { } writes ? new Restoration(writes) : null;
    }

    /// <inheritdoc/>
    protected override bool StartsAgainByItself => true;

    /// <inheritdoc/>
    public override void Connect(IVirtioBackendHost host)
    {
        for (int queue = 0; queue < _queues.Length; queue++)
        {
            int size = 1 << BitOperations.Log2((uint)QueueSizes[queue]);
            _queues[queue] = new ShadowQueue(Settings.Name, queue, Settings.Memory, size, isSolicited: true, host, Settings.HostTime, Settings.Rings) { Unflushed = Unflushed };
        }

        base.Connect(host);
    }

    /// <inheritdoc/>
    public override void Kick(int queue)
    {
        _ = FollowPeer();
        if (!_queues[queue].IsStarted || !IsRunning)
        {
            return;
        }

        Restore(_queues[queue]);
        VirtualTime now = Settings.Clock.Now;
        if (_queues[queue].Submit(now, now.After(Settings.Latency)))
        {
            Announce(queue);
        }

        _queues[queue].Tell();
        ArmTimer();
        if (_queues[queue].NextDeadline <= now)
        {
            // The machine looks through the gate before the guest's next instruction.
            _gate.Signal();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        DisposeAreas();
    }

    /// <inheritdoc/>
    protected override bool TryStart(int queue, VirtqueueSettings settings)
    {
        _ = FollowPeer();
        if (!_queues[queue].Start(settings, AgreedFeatures))
        {
            return false;
        }

        if (_areas.Length > 0)
        {
            _queues[queue].Attach(AreaOf(queue), _addresses, MustRestore);
        }

        return true;
    }

    /// <inheritdoc/>
    protected override void Stop(int queue)
    {
        _queues[queue].Stop();
        ArmTimer();
    }

    /// <inheritdoc/>
    protected override VirtqueueSettings? PeerQueue(int queue) => _queues[queue].PeerRing;

    /// <inheritdoc/>
    protected override bool TakeEvent(FrontEndPeer peer, TransportMessage id, ReadOnlySpan<byte> message) => id == TransportMessage.EventUsed;

    /// <inheritdoc/>
    protected override FrontEndPeer? FollowPeer()
    {
        FrontEndPeer? peer = Peer;
        if (peer == _attached)
        {
            return peer;
        }

        // Rings stand still, or begin in an area of the new connection.
        LeaveArea();
        _attached = peer;
        if (peer is not null)
        {
            EnterArea(peer);
        }

        return peer;
    }

    /// <inheritdoc/>
    protected override void Deliver(VirtualTime now)
    {
        _ = FollowPeer();
        foreach (ShadowQueue queue in _queues)
        {
            queue.KeepsWrites = KeepsWrites;
        }

        if (!AreSharesTaken() || !Array.TrueForAll(_queues, queue => queue.TryCollect()) || !TryGoOnRestoring())
        {
            Break();
            return;
        }

        bool areThere = HasDueAnswers(now);
        foreach (ShadowQueue queue in _queues)
        {
            bool isNew = areThere && queue.Deliver(now) && queue.Submit(now, now.After(Settings.Latency));
            if (queue.TakeKick() || isNew)
            {
                Announce(queue.Index);
            }
        }

        ArmTimer();
    }

    /// <inheritdoc/>
    protected override bool IsDue(VirtualTime now) => !HasDueAnswers(now);

    /// <inheritdoc/>
    protected override void DropAll() => Array.ForEach(_queues, queue => queue.Stop());

    // A delegate that knows the instant would be allocated each time.
    private bool HasDueAnswers(VirtualTime now)
    {
        foreach (ShadowQueue queue in _queues)
        {
            if (!queue.HasDueAnswers(now))
            {
                return false;
            }
        }

        return true;
    }

    // A connection that is lost answers nothing; that is no refusal.
    private bool AreSharesTaken()
    {
        bool isRefused = _shares.Exists(reply => reply.TryRead(out Payloads.AreaResult result, out _) && result.Result != ResultCode.Done);
        _ = _shares.RemoveAll(reply => reply.IsDone);
        return !isRefused;
    }

    private void Announce(int queue) => _attached?.Tell(TransportMessage.EventAvail, Number, new Payloads.Available((uint)queue, 0));

    private void EnterArea(FrontEndPeer peer)
    {
        _addresses = _isDirect ? new GuestAddresses(_gate.Bus) : null;
        ushort number = 0;
        foreach (VhostUserRegion region in _addresses?.Regions ?? [])
        {
            Share(peer, number++, region);
        }

        _areas = new SharedArea[_isFat ? _queues.Length : 1];
        for (int i = 0; i < _areas.Length; i++)
        {
            _areas[i] = MakeArea(peer, i, AreaLength / _areas.Length / GuestRam.PageSize * GuestRam.PageSize);
        }

        foreach (ShadowQueue queue in _queues)
        {
            if (queue.IsStarted)
            {
                queue.Attach(AreaOf(queue.Index), _addresses, MustRestore);
                _ = SendQueue(peer, queue.Index);
            }
        }

        if (IsRunning)
        {
            _ = SendStatus(peer, Status | VirtioStatus.FeaturesOk);
            foreach (ShadowQueue queue in _queues)
            {
                if (queue.IsStarted)
                {
                    Restore(queue);
                    Announce(queue.Index);
                }
            }
        }
    }

    private SharedArea MakeArea(FrontEndPeer peer, int index, int length)
    {
        ulong offset = ((ulong)Number * AreaLength) + (ulong)((long)index * length);
        ulong address = FirstAddress + offset;
        ushort number = (ushort)(FirstNumber + Number + (index * NumberStep));
        AreaFlags flags = _isFat ? AreaFlags.Fat : AreaFlags.None;
        GuestRam ram = peer.StaticMemory is { } memory
            ? new GuestRam("static area", memory.Map(offset, (ulong)length, isReadOnly: false))
            : new GuestRam("shared-area", (ulong)length, RamMode.Shared);
        SharedArea area = _isFat ? new SharedArea(address, ram, new FatLayout(_queues[index].RingSize, (ulong)length)) : new SharedArea(address, ram);
        if (peer.StaticMemory is not null)
        {
            _shares.Add(peer.ShareStatic(number, address, (ulong)length, offset, flags));
        }
        else
        {
            Share(peer, number, area.Region, flags);
        }

        return area;
    }

    // What the last peer has answered and this one may not have goes before anything else.
    private bool MustRestore => _attached is not null && Unflushed is { Count: > 0 } && _writesAreWith != _attached.PeerInstance;

    private void Restore(ShadowQueue queue)
    {
        if (_attached is null)
        {
            return;
        }

        if (!MustRestore)
        {
            // A back end that has only lost its connection has all that it had.
            _writesAreWith = _attached.PeerInstance;
        }
        else if (!_restoration!.IsUnderWay)
        {
            _restoration.Begin(queue);
            _ = queue.TakeKick();
            Announce(queue.Index);
        }
    }

    private bool TryGoOnRestoring()
    {
        if (_restoration is not { IsUnderWay: true })
        {
            return true;
        }

        if (!_restoration.TryGoOn())
        {
            return false;
        }

        if (!_restoration.IsUnderWay)
        {
            _writesAreWith = _attached?.PeerInstance;
            foreach (ShadowQueue queue in _queues)
            {
                if (queue.LetGo())
                {
                    Announce(queue.Index);
                }
            }
        }

        return true;
    }

    // The peer may still write to it: nobody looks there any more.
    private void LeaveArea()
    {
        _restoration?.Stop();
        Array.ForEach(_queues, queue => queue.Detach());
        _shares.Clear();
        DisposeAreas();
    }

    private void DisposeAreas()
    {
        Array.ForEach(_areas, area => area.Dispose());
        _areas = [];
    }

    // One for all, or one for each.
    private SharedArea AreaOf(int queue) => _areas[_isFat ? queue : 0];

    private void Share(FrontEndPeer peer, ushort number, in VhostUserRegion region, AreaFlags flags = AreaFlags.None)
    {
        if (peer.Share(number, region, flags) is { } reply)
        {
            _shares.Add(reply);
        }
    }

    private void ArmTimer()
    {
        VirtualTime next = VirtualTime.Never;
        foreach (ShadowQueue queue in _queues)
        {
            VirtualTime deadline = queue.NextDeadline;
            next = deadline < next ? deadline : next;
        }

        // What is due already is looked for at each look through the gate.
        ArmTimer(next <= Settings.Clock.Now ? VirtualTime.Never : next);
    }
}
