using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;

namespace Emulator.VirtioProxy.Tests.InProcess;

/// <summary>A disk as a machine has it, wherever its model works, and a driver. The machine's clock stands still unless the test sets it.</summary>
internal sealed class DiskRig : IVirtioBackendHost, IDisposable
{
    public const ulong Base = 0x4000_0000;
    public const ulong Header = Base + 0x1_0000;
    public const ulong Status = Base + 0x1_1000;
    public const ulong Data = Base + 0x2_0000;
    public const int Latency = 1000;

    private const int RingSize = 16;
    private const ulong Features = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors;

    private readonly GuestRam _ram = new("ram", 0x10_0000);
    private readonly SystemBus _bus = new();

    public DiskRig(Func<VirtioModelSettings, IVirtioBackend> create, long latency = 0)
    {
        _bus.MapRam(Base, _ram);
        Gate = new RemoteGate(_bus, TimeProvider.System);
        Memory = new DmaView(_bus, BusInitiator.VirtioMmio(0));
        Device = create(new VirtioModelSettings("disk", Memory, Clock) { Remotes = Gate, Latency = latency });
        Counters = new VirtioCounters(Device.QueueSizes.Count);
        Device.Connect(this);
    }

    public RemoteGate Gate { get; }

    public ManualClock Clock { get; } = new();

    public DmaView Memory { get; }

    public IVirtioBackend Device { get; }

    public VirtqueueDriver Ring { get; private set; } = null!;

    public VirtioCounters Counters { get; }

    public VirtioTrace? Trace => null;

    public bool IsBroken { get; private set; }

    public int Interrupts { get; private set; }

    /// <summary>Takes the device to where requests can be made.</summary>
    public void Start()
    {
        const VirtioStatus Agreed = VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk;
        Ring = VirtqueueDriver.Create(Memory, Base, RingSize, eventIndex: true);
        Assert.That(Device.SetFeatures(Features), Is.EqualTo(BackendAnswer.Done));
        Assert.That(Device.SetStatus(Agreed), Is.EqualTo(BackendAnswer.Done));
        Assert.That(Device.StartQueue(0, Ring.Settings), Is.EqualTo(BackendAnswer.Done));
        Assert.That(Device.SetStatus(Agreed | VirtioStatus.DriverOk), Is.EqualTo(BackendAnswer.Done));
    }

    /// <summary>Makes a request available, and notifies the device.</summary>
    public void Begin(BlockRequestType type, ulong sector, int length)
    {
        Offer(type, sector, length);
        Device.Kick(0);
    }

    /// <summary>Makes a request available.</summary>
    public void Offer(BlockRequestType type, ulong sector, int length)
    {
        Span<byte> header = stackalloc byte[16];
        header.Clear();
        header[0] = (byte)type;
        _ = BitConverter.TryWriteBytes(header[8..], sector);
        _ = Memory.TryWrite(Header, header);
        _ = Memory.TryWrite(Status, [0xff]);
        bool isWritable = type is BlockRequestType.In or BlockRequestType.GetId;
        ReadOnlySpan<DriverBuffer> buffers = length > 0
            ? [new(Header, 16, false), new(Data, (uint)length, isWritable), new(Status, 1, true)]
            : [new(Header, 16, false), new(Status, 1, true)];
        if (Ring.Add(buffers) < 0)
        {
            throw new InvalidOperationException("the ring is full");
        }
    }

    /// <summary>A whole request, at an instant.</summary>
    /// <returns>Its status, and what the used ring says; null when it was not done.</returns>
    public (byte Status, uint Written)? Do(BlockRequestType type, ulong sector, int length)
    {
        Begin(type, sector, length);
        _ = Gate.TryPass();
        return TryTake();
    }

    /// <summary>Takes a request that is done.</summary>
    public (byte Status, uint Written)? TryTake() => Ring.TryTakeUsed(out UsedBuffer used) ? (Read(Status, 1)[0], used.Written) : null;

    public byte[] Read(ulong address, int length)
    {
        byte[] bytes = new byte[length];
        Assert.That(Memory.TryRead(address, bytes), Is.True);
        return bytes;
    }

    void IVirtioBackendHost.BuffersUsed(int queue) => Interrupts++;

    void IVirtioBackendHost.ConfigurationChanged()
    {
    }

    void IVirtioBackendHost.NeedsReset() => IsBroken = true;

    public void Dispose()
    {
        Device.Dispose();
        _ram.Dispose();
    }
}
