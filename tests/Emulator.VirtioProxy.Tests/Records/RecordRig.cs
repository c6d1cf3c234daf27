using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.FrontEnd;
using Emulator.VirtioProxy.Records;
using Emulator.VirtioProxy.Tests.Peers;

namespace Emulator.VirtioProxy.Tests.Records;

/// <summary>A disk that is recorded or replayed, with a driver, and a clock that the test sets.</summary>
internal sealed class RecordRig : IVirtioBackendHost, IMachineClock, IDisposable
{
    public const int SectorSize = 512;
    public const VirtioStatus Ready = VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk | VirtioStatus.DriverOk;

    private const ulong Base = 0x4000_0000;
    private const ulong Header = Base + 0x1_0000;
    private const ulong Data = Base + 0x2_0000;
    private const ulong Status = Base + 0x8_0000;

    private readonly GuestRam _ram = new("ram", 0x80_0000);
    private readonly SystemBus _bus = new();
    private readonly RemoteGate _gate;
    private readonly IVirtioBackend _device;
    private ServedDisk? _disk;

    private RecordRig(Func<VirtioModelSettings, IVirtioBackend> create)
    {
        _bus.MapRam(Base, _ram);
        _gate = new RemoteGate(_bus, TimeProvider.System);
        Memory = new DmaView(_bus, BusInitiator.VirtioMmio(0));
        _device = create(new VirtioModelSettings("disk", Memory, this) { Remotes = _gate, Latency = 100 });
        Counters = new VirtioCounters(_device.QueueSizes.Count);
        _device.Connect(this);
    }

    public DmaView Memory { get; }

    public IVirtioBackend Device => _device;

    public VirtqueueDriver Ring { get; private set; } = null!;

    public VirtioCounters Counters { get; }

    public VirtioTrace? Trace => null;

    /// <summary>What the guest has seen, and when.</summary>
    public List<string> Seen { get; } = [];

    public VirtualTime Now { get; set; }

    public VirtualTime Deadline { get; private set; } = VirtualTime.Never;

    /// <summary>A disk that is served in this process, and recorded.</summary>
    public static RecordRig Record(ServedDisk disk, string file)
    {
        var rig = new RecordRig(settings =>
            new RecordingBackend(new RecordWriter(file), 0, settings, watched =>
            {
                var frontEnd = new ProxyFrontEnd(disk.Connect, new ProxyOptions(), settings.Remotes!, instance: 0x1111);
                return new ChainBackend(frontEnd, watched, frontEnd.Describe(0));
            }));
        rig._disk = disk;
        return rig;
    }

    /// <summary>The record of a disk.</summary>
    public static RecordRig Replay(string file) => new(settings => new ReplayedBackend(new RecordReader(file, 0), settings));

    /// <summary>Takes the device to where requests can be made.</summary>
    public void StartDriver()
    {
        Ring = VirtqueueDriver.Create(Memory, Base, 16);
        Assert.That(_device.SetFeatures(VirtioFeatures.Version1 | VirtioFeatures.EventIndex), Is.EqualTo(BackendAnswer.Done));
        Assert.That(_device.StartQueue(0, Ring.Settings), Is.EqualTo(BackendAnswer.Done));
        Assert.That(_device.SetStatus(Ready), Is.EqualTo(BackendAnswer.Done));
    }

    /// <summary>Starts and reads a sector, whatever comes of it.</summary>
    public void TryRead(ulong sector)
    {
        Ring = VirtqueueDriver.Create(Memory, Base, 16);
        _ = _device.SetFeatures(VirtioFeatures.Version1 | VirtioFeatures.EventIndex);
        _ = _device.StartQueue(0, Ring.Settings);
        _ = _device.SetStatus(Ready);
        Begin(writes: false, sector);
        _device.Kick(0);
        Pass(1000);
    }

    /// <summary>Reads or writes sectors, and waits for the end of it.</summary>
    public void Transfer(bool writes, ulong sector, int sectors = 1)
    {
        Begin(writes, sector, sectors);
        _device.Kick(0);
        Pass(1000);
        Assert.That(Ring.TryTakeUsed(out UsedBuffer used), Is.True);
        byte[] data = new byte[sectors * SectorSize];
        byte[] status = new byte[1];
        _ = Memory.TryRead(Data, data);
        _ = Memory.TryRead(Status, status);
        Seen.Add($"{used} {status[0]} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data))}");
    }

    /// <summary>Makes a request available, and says nothing of it.</summary>
    public void Begin(bool writes, ulong sector, int sectors = 1)
    {
        Span<byte> header = stackalloc byte[16];
        header.Clear();
        header[0] = writes ? (byte)1 : (byte)0;
        BitConverter.TryWriteBytes(header[8..], sector);
        _ = Memory.TryWrite(Header, header);
        _ = Memory.TryWrite(Status, [0xff]);
        Assert.That(Ring.Add([new(Header, 16, false), new(Data, (uint)(sectors * SectorSize), !writes), new(Status, 1, true)]), Is.GreaterThanOrEqualTo(0));
    }

    /// <summary>The back end tells of a change that nobody has asked for; a record does so by itself.</summary>
    public void Change()
    {
        _disk?.Server.Find(0)!.ConfigurationChanged();
        Pass(0);
    }

    /// <summary>Sets what is written next.</summary>
    public void Fill(ReadOnlySpan<byte> data) => _ = Memory.TryWrite(Data, data);

    /// <summary>Lets time pass: the device looks when its timer says so, as in a machine.</summary>
    public void Pass(long nanoseconds)
    {
        VirtualTime end = Now.After(nanoseconds);
        while (Deadline <= end)
        {
            Now = Deadline > Now ? Deadline : Now;
            Deadline = VirtualTime.Never;
            _ = _gate.TryPass();
        }

        Now = end;
        _ = _gate.TryPass();
    }

    public TimerId Register(string id, ITimerTarget target) => new(0);

    public void Arm(TimerId timer, VirtualTime deadline) => Deadline = deadline;

    public void Disarm(TimerId timer) => Deadline = VirtualTime.Never;

    void IVirtioBackendHost.BuffersUsed(int queue) => Seen.Add($"interrupt at {Now}");

    void IVirtioBackendHost.ConfigurationChanged()
    {
        byte[] configuration = new byte[_device.ConfigurationLength];
        _ = _device.ReadConfiguration(0, configuration);
        Seen.Add($"configuration {Convert.ToHexStringLower(configuration)} at {Now}");
    }

    void IVirtioBackendHost.NeedsReset() => Seen.Add($"needs reset at {Now}");

    public void Dispose()
    {
        _device.Dispose();
        _ram.Dispose();
    }
}
