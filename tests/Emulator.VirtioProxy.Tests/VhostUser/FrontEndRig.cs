using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.VirtioProxy.Unflushed;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.VirtioProxy.Tests.VhostUser;

/// <summary>A front end with a guest's memory and a driver's rings before it, and a scripted back end behind it. It plays the machine's part: time stands still while the front end says so.</summary>
internal sealed class FrontEndRig : IInstructionCounter, IVirtioBackendHost, IDisposable
{
    public const ulong Base = 0x4000_0000;
    public const ulong Buffers = Base + 0x10_0000;
    public const ulong Features = VirtioFeatures.Version1 | 0x6;

    private readonly GuestRam _ram;
    private readonly SystemBus _bus = new();
    private readonly DmaView _memory;
    private readonly AutoResetEvent _signalled = new(false);
    private long _now;

    public FrontEndRig(ScriptedPeer peer, VhostUserDevice device = VhostUserDevice.Block, bool isDirect = false, long latency = 0, double patience = 20, int unflushed = UnflushedWrites.UsualCapacity)
    {
        _ram = new GuestRam("ram", 0x20_0000, isDirect ? RamMode.Shared : RamMode.Private);
        _bus.MapRam(Base, _ram);
        _bus.AnswerReady += () => _signalled.Set();
        _memory = new DmaView(_bus, BusInitiator.VirtioMmio(0));
        Clock = new VirtualClock(this);
        var options = new VhostUserOptions { IsDirect = isDirect, Patience = TimeSpan.FromSeconds(patience), Queues = 2, UnflushedBytes = unflushed };
        DeviceProfile profile = DeviceProfile.Of(device, options, [2, 0, 0, 0, 0, 1]);
        var gate = new RemoteGate(_bus, TimeProvider.System);
        var settings = new VirtioModelSettings("device", _memory, Clock) { Latency = latency, Remotes = gate };
        var connected = new VhostUserPeer(peer.Path, profile.PeerConfigurationLength, profile.SurvivesPeer, options.Patience, gate, null);
        FrontEnd = new VhostUserBackend(settings, profile, options, gate, connected);
        Counters = new VirtioCounters(FrontEnd.QueueSizes.Count);
        FrontEnd.Connect(this);
        MakeRings();
    }

    public VhostUserBackend FrontEnd { get; }

    public VirtualClock Clock { get; }

    public VirtqueueDriver[] Rings { get; private set; } = [];

    public GuestRam Ram => _ram;

    public SystemBus Bus => _bus;

    public VirtioCounters Counters { get; }

    public int Interrupts { get; private set; }

    public int ConfigurationChanges { get; private set; }

    public bool IsBroken { get; private set; }

    public VirtioTrace? Trace => null;

    long IInstructionCounter.RetiredInstructions => _now;

    public void BuffersUsed(int queue) => Interrupts++;

    public void ConfigurationChanged() => ConfigurationChanges++;

    public void NeedsReset() => IsBroken = true;

    /// <summary>Makes new rings, as a driver does after a reset.</summary>
    public void MakeRings() => Rings = [.. FrontEnd.QueueSizes.Select((_, i) => VirtqueueDriver.Create(_memory, Base + (0x4000 * (ulong)i), 64))];

    /// <summary>Brings the driver up.</summary>
    public void Start(ulong features = Features)
    {
        Assert.That(FrontEnd.SetFeatures(features), Is.EqualTo(BackendAnswer.Done));
        for (int i = 0; i < Rings.Length; i++)
        {
            Assert.That(FrontEnd.StartQueue(i, Rings[i].Settings), Is.EqualTo(BackendAnswer.Done));
        }

        _ = FrontEnd.SetStatus(VirtioStatus.DriverOk);
        Settle();
    }

    /// <summary>Offers a request: 16 bytes to read, and as many as said to write.</summary>
    public int Offer(int queue, int slot, int length = 64, byte content = 0x11)
    {
        ulong address = Buffers + (0x1000 * (ulong)slot);
        byte[] bytes = new byte[16 + length];
        Array.Fill(bytes, content);
        _ram.Write(address - Base, bytes);
        return Rings[queue].Add([new DriverBuffer(address, 16, false), new DriverBuffer(address + 16, (uint)length, true)]);
    }

    /// <summary>Offers a request to a disk.</summary>
    public int OfferBlock(int queue, int slot, uint type, ulong sector = 0, params ReadOnlySpan<byte> data)
    {
        ulong address = Buffers + (0x1000 * (ulong)slot);
        byte[] bytes = [.. BitConverter.GetBytes((ulong)type), .. BitConverter.GetBytes(sector), .. data, 0xff];
        _ram.Write(address - Base, bytes);
        ulong status = address + (ulong)bytes.Length - 1;
        return Rings[queue].Add(data.IsEmpty
            ? [new(address, 16, false), new(status, 1, true)]
            : [new(address, 16, false), new(address + 16, (uint)data.Length, false), new(status, 1, true)]);
    }

    /// <summary>The status of a request to a disk.</summary>
    public byte BlockStatus(int slot, int dataLength = 0)
    {
        byte[] status = new byte[1];
        _ram.Read(Buffers - Base + (0x1000 * (ulong)slot) + 16 + (ulong)dataLength, status);
        return status[0];
    }

    public byte[] Answer(int slot, int length = 64)
    {
        byte[] bytes = new byte[length];
        _ram.Read(Buffers - Base + (0x1000 * (ulong)slot) + 16, bytes);
        return bytes;
    }

    /// <summary>Lets the machine stand still for as long as the front end wants it.</summary>
    public void Settle()
    {
        while (FrontEnd.Pump())
        {
            _ = _signalled.WaitOne(20);
        }
    }

    /// <summary>Lets the machine run until something is so, which the host's time decides.</summary>
    public void RunUntil(Func<bool> isSo)
    {
        for (int i = 0; !isSo(); i++)
        {
            Assert.That(i, Is.LessThan(3000), "it never came");
            _ = FrontEnd.Pump();
            _ = _signalled.WaitOne(10);
        }
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(long nanoseconds)
    {
        _now += nanoseconds;
        Clock.FireDueTimers();
        Settle();
    }

    public List<UsedBuffer> TakeUsed(int queue)
    {
        List<UsedBuffer> used = [];
        while (Rings[queue].TryTakeUsed(out UsedBuffer buffer))
        {
            used.Add(buffer);
        }

        return used;
    }

    public void Dispose()
    {
        FrontEnd.Dispose();
        _ram.Dispose();
        _signalled.Dispose();
    }
}
