using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.Fuzz.Vhost;

/// <summary>The machine before a front end of vhost-user: a guest's memory, a driver's rings, and time. It looks after what becomes of them.</summary>
internal sealed class FrontEndMachine : IInstructionCounter, IVirtioBackendHost, IDisposable
{
    private const ulong Base = 0x4000_0000;
    private const int RingLength = 0x2000;
    private const int RingSize = 16;
    private const int Slots = 8;
    private const int SlotsOffset = 0x6000;
    private const int SlotLength = 0x800;
    private const int HeaderLength = 16;
    private const int RamLength = SlotsOffset + (Slots * SlotLength) + 0x1000;
    private const byte Untouched = 0xee;
    private const byte Header = 0x21;
    private const int MostTurns = 1000;
    private const int Milliseconds = 2;

    private static readonly byte[] s_untouched = [.. Enumerable.Repeat(Untouched, SlotLength)];

    private readonly GuestRam _ram;
    private readonly SystemBus _bus = new();
    private readonly DmaView _memory;
    private readonly VirtualClock _clock;
    private readonly SteppedTime _time = new();
    private readonly long _latency;
    private readonly bool _isDirect;

    // The length of the request in each slot, -1 for none; and which queue and chain it is.
    private readonly int[] _lengths = new int[Slots];
    private readonly (int Queue, int Id)[] _chains = new (int Queue, int Id)[Slots];
    private HostileBackEnd _backEnd = null!;
    private VhostUserPeer _peer = null!;
    private VhostUserBackend? _device;
    private VirtqueueDriver[] _rings = [];
    private int _lastDone = -1;
    private byte[] _lastAnswer = [];
    private long _now;

    public FrontEndMachine(bool isDirect, long latency)
    {
        _isDirect = isDirect;
        _latency = latency;
        _ram = new GuestRam("ram", RamLength, isDirect ? RamMode.Shared : RamMode.Private);
        _bus.MapRam(Base, _ram);
        _memory = new DmaView(_bus, BusInitiator.VirtioMmio(0));
        _clock = new VirtualClock(this);
        Span<byte> all = stackalloc byte[RamLength - SlotsOffset];
        all.Fill(Untouched);
        _ram.Write(SlotsOffset, all);
        Array.Fill(_lengths, -1);
    }

    /// <inheritdoc/>
    public VirtioCounters Counters { get; } = new(17);

    /// <inheritdoc/>
    public VirtioTrace? Trace => null;

    /// <inheritdoc/>
    long IInstructionCounter.RetiredInstructions => _now;

    private int Solicited => _device!.DeviceType == VirtioDeviceType.Block ? 0 : 1;

    /// <summary>Builds the device.</summary>
    /// <returns>False when the back end is found unfit.</returns>
    public bool TryBuild(HostileBackEnd backEnd, VhostUserDevice kind)
    {
        _backEnd = backEnd;
        backEnd.HasGuestMemory = _isDirect;
        _time.Work = backEnd.Work;
        var options = new VhostUserOptions { IsDirect = _isDirect, Patience = TimeSpan.FromMilliseconds(Milliseconds), Queues = 2, UnflushedBytes = 600 };
        DeviceProfile profile = DeviceProfile.Of(kind, options, [2, 0, 0, 0, 0, 1]);
        var gate = new RemoteGate(_bus, _time);
        try
        {
            _peer = new VhostUserPeer("", profile.PeerConfigurationLength, profile.SurvivesPeer, options.Patience, gate, null, backEnd.Connect) { HasThread = false };
            profile.Check(_peer.Offer);
        }
        catch (VhostUserException)
        {
            _peer?.Dispose();
            return false;
        }

        // What comes back has to be the same, as one who comes back is.
        backEnd.Extensions &= _peer.Offer.Configuration.Length == 0 ? ~(1UL << 9) : ulong.MaxValue;
        backEnd.Features = _peer.Offer.Features;
        backEnd.Queues = (ulong)_peer.Offer.QueueCount;
        _device = new VhostUserBackend(new VirtioModelSettings("device", _memory, _clock) { Latency = _latency, Remotes = gate }, profile, options, gate, _peer);
        _device.Connect(this);
        return true;
    }

    /// <summary>Brings the driver up.</summary>
    public void Start()
    {
        Ask(() => _device!.SetFeatures(VirtioFeatures.Version1 | (_device.Features & 0xffff)));
        _rings = [.. Enumerable.Range(0, Math.Min(_device!.QueueSizes.Count, 3)).Select(queue => VirtqueueDriver.Create(_memory, Base + (ulong)(RingLength * queue), RingSize))];
        for (int queue = 0; queue < _rings.Length; queue++)
        {
            Ask(() => _device.StartQueue(queue, _rings[queue].Settings));
        }

        Ask(() => _device.SetStatus(VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk | VirtioStatus.DriverOk));
        Settle();
    }

    /// <summary>Does something.</summary>
    /// <param name="action">What.</param>
    public void Act(byte action)
    {
        int queue = (action >> 3) % _rings.Length;
        switch (action & 7)
        {
            case 0 or 1 or 2:
                _ = (action & 7) == 1 ? OfferWrite(queue, 1 + ((action >> 5) * 90)) : Offer(queue, 1 + ((action >> 5) * 90));
                Kick(queue);
                break;
            case 3:
                _now += 600;
                _clock.FireDueTimers();
                break;
            case 4:
                Ask(() => _device!.WriteConfiguration(32 % Math.Max(_device.ConfigurationLength, 1), [(byte)(action >> 7)]));
                break;
            case 5:
                Ask(() => _device!.StopQueue(queue));
                TakeUsed();
                ForgetSlots(queue);
                _rings[queue] = VirtqueueDriver.Create(_memory, Base + (ulong)(RingLength * queue), RingSize);
                Ask(() => _device!.StartQueue(queue, _rings[queue].Settings));
                break;
            case 6 when action >> 6 == 3:
                Restart();
                break;
            default:
                Kick(queue);
                break;
        }

        Settle();
    }

    /// <summary>Looks whether a driver that begins anew is served.</summary>
    public void CheckServes()
    {
        Restart();
        _lastDone = -1;
        int slot = Offer(Solicited, 64);
        Kick(Solicited);
        for (int i = 0; i < MostTurns && _lastDone != slot; i++)
        {
            _now += 600;
            _clock.FireDueTimers();
            Settle();
        }

        if (_lastDone != slot || _lastAnswer.AsSpan(0, 63).ContainsAnyExcept(HostileBackEnd.Filling) || _lastAnswer[63] != 0)
        {
            throw new InvalidOperationException($"the back end behaves, and the guest is not served{(_lastDone == slot ? " with what it has written" : "")}");
        }
    }

    /// <inheritdoc/>
    public void BuffersUsed(int queue)
    {
    }

    /// <inheritdoc/>
    public void ConfigurationChanged()
    {
    }

    /// <inheritdoc/>
    public void NeedsReset()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _device?.Dispose();
        _ram.Dispose();
    }

    private static ulong Offset(int slot) => SlotsOffset + (ulong)(SlotLength * slot);

    private void Restart()
    {
        Ask(_device!.Reset);
        ForgetSlots(-1);
        Start();
    }

    private int Offer(int queue, int length)
    {
        int slot = FindSlot(queue);
        if (slot >= 0)
        {
            ulong address = Base + Offset(slot);
            WriteHeader(slot, type: 0, length);
            _chains[slot] = (queue, _rings[queue].Add([new(address, HeaderLength, false), new(address + HeaderLength, (uint)length, true)]));
        }

        return slot;
    }

    // As a disk is written: what lies behind the header stays as it is, and one byte behind that tells of success.
    private int OfferWrite(int queue, int length)
    {
        int slot = FindSlot(queue);
        if (slot >= 0)
        {
            ulong address = Base + Offset(slot);
            WriteHeader(slot, type: length > 600 ? (byte)4 : (byte)1, 1);
            _chains[slot] = (queue, _rings[queue].Add([new(address, HeaderLength, false), new(address + HeaderLength + 1, (uint)length, false), new(address + HeaderLength, 1, true)]));
        }

        return slot;
    }

    private int FindSlot(int queue) => _rings[queue].Free < 3 ? -1 : Array.IndexOf(_lengths, -1);

    private void WriteHeader(int slot, byte type, int writable)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Fill(Header);
        header[0] = type;
        header[1..4].Clear();
        _ram.Write(Offset(slot), header);
        _lengths[slot] = writable;
    }

    private void Kick(int queue) => _device!.Kick(queue);

    private void Settle()
    {
        StandStill();
        TakeUsed();
        CheckMemory();
    }

    // For as long as the device wants it.
    private void StandStill()
    {
        for (int i = 0; Turn(); i++)
        {
            if (i == MostTurns)
            {
                throw new InvalidOperationException("the machine stands still for ever");
            }
        }
    }

    private bool Turn()
    {
        _ = _backEnd.Work();
        _peer.Turn();
        return _device!.Pump();
    }

    private void Ask(Func<BackendAnswer> access)
    {
        for (int i = 0; access() == BackendAnswer.Pending; i++)
        {
            if (i == MostTurns)
            {
                throw new InvalidOperationException("the CPU is parked for ever");
            }

            _ = Turn();
        }

        // No instruction of the guest comes before.
        StandStill();
    }

    private void TakeUsed()
    {
        for (int queue = 0; queue < _rings.Length; queue++)
        {
            while (_rings[queue].TryTakeUsed(out UsedBuffer used))
            {
                int slot = Array.IndexOf(_chains, (queue, used.Id));
                if (slot < 0 || _lengths[slot] < 0 || used.Written > _lengths[slot])
                {
                    throw new InvalidOperationException("the guest is told of what it has not asked for");
                }

                CheckSlot(slot);
                _lastDone = slot;
                _lastAnswer = new byte[_lengths[slot]];
                _ram.Read(Offset(slot) + HeaderLength, _lastAnswer);
                Free(slot);
            }
        }
    }

    private void ForgetSlots(int queue)
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            if (queue < 0 || _chains[slot].Queue == queue)
            {
                CheckSlot(slot);
                Free(slot);
            }
        }
    }

    private void Free(int slot)
    {
        _lengths[slot] = -1;
        _chains[slot] = (-1, -1);
        _ram.Write(Offset(slot), s_untouched);
    }

    private void CheckMemory()
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            CheckSlot(slot);
        }

        Span<byte> rest = stackalloc byte[RamLength - SlotsOffset - (Slots * SlotLength)];
        _ram.Read(RamLength - (ulong)rest.Length, rest);
        CheckUntouched(rest);
    }

    private void CheckSlot(int slot)
    {
        Span<byte> bytes = stackalloc byte[SlotLength];
        _ram.Read(Offset(slot), bytes);
        if (_lengths[slot] < 0)
        {
            CheckUntouched(bytes);
            return;
        }

        if (bytes[1..4].ContainsAnyExcept((byte)0) || bytes[4..HeaderLength].ContainsAnyExcept(Header))
        {
            throw new InvalidOperationException("the guest's request was written to");
        }

        CheckUntouched(bytes[(HeaderLength + _lengths[slot])..]);
    }

    private static void CheckUntouched(ReadOnlySpan<byte> bytes)
    {
        if (bytes.ContainsAnyExcept(Untouched))
        {
            throw new InvalidOperationException("memory was written that no request has named");
        }
    }
}
