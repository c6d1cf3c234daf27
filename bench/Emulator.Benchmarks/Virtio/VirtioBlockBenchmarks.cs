using BenchmarkDotNet.Attributes;
using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Queues;
using Emulator.Virtio.Transports;

namespace Emulator.Benchmarks.Virtio;

/// <summary>What a request costs: a ring operation alone, and a read of 4 KiB from the driver's notification to the used ring.</summary>
[MemoryDiagnoser]
public class VirtioBlockBenchmarks : IInstructionCounter, IInterruptLine, IDisposable
{
    private const ulong RamBase = 0x4000_0000;
    private const ulong Ring = RamBase + 0x1_0000;
    private const ulong Data = RamBase + 0x4_0000;
    private const int Size = 128;
    private const int DiskLength = 1 << 20;

    private readonly DescriptorChain _chain = new();
    private readonly DriverBuffer[] _request = [new(Data, 16, false), new(Data + 0x1000, 4096, true), new(Data + 16, 1, true)];
    private GuestRam _ram = null!;
    private VirtqueueDriver _driver = null!;
    private Virtqueue _queue = null!;
    private VirtioMmioTransport _device = null!;

    [Params(false, true)]
    public bool Packed { get; set; }

    /// <summary>Time stands still.</summary>
    public long RetiredInstructions => 0;

    [GlobalSetup]
    public void Setup()
    {
        _ram = new GuestRam("ram", 1 << 20);
        var bus = new SystemBus();
        bus.MapRam(RamBase, _ram);
        var memory = new DmaView(bus, BusInitiator.VirtioMmio(0));
        ulong features = VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex | (Packed ? VirtioFeatures.PackedRing : 0);
        _driver = VirtqueueDriver.Create(memory, Ring, Size, Packed, eventIndex: true);
        _queue = new Virtqueue("queue", 0, memory);
        _ = _queue.Start(_driver.Settings, features);

        var disk = new MemoryStorage("disk", DiskLength);
        _ = disk.TryWrite(0, new byte[DiskLength]);
        var settings = new VirtioModelSettings("disk", memory, new VirtualClock(this)) { RingFeatures = features };
        _device = new VirtioMmioTransport("disk", new VirtioBlock(settings, disk), VirtioMmioVersion.Modern, this, new UnimplementedAccesses());
        features |= VirtioFeatures.Version1;
        foreach ((ulong register, ulong value) in new (ulong, ulong)[]
        {
            (0x070, 3), (0x024, 1), (0x020, features >> 32), (0x024, 0), (0x020, (uint)features), (0x070, 0xb), (0x038, Size), (0x080, _driver.Settings.DescriptorArea),
            (0x090, _driver.Settings.DriverArea), (0x0a0, _driver.Settings.DeviceArea), (0x044, 1), (0x070, 0xf),
        })
        {
            Write(register, value);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _device.Dispose();
        _ram.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The interrupt is not taken.</summary>
    public void Set(bool level)
    {
    }

    [Benchmark]
    public bool RingOperation()
    {
        _ = _driver.Add(_request);
        bool popped = _queue.TryPop(_chain);
        _queue.Push(_chain.Used);
        _ = _queue.WantsInterrupt();
        _queue.RequestNotification();
        return popped && _driver.TryTakeUsed(out _);
    }

    [Benchmark]
    public bool Read4KiB()
    {
        _ = _driver.Add(_request);
        Write(0x050, 0);
        return _driver.TryTakeUsed(out _);
    }

    private void Write(ulong register, ulong value) => _ = _device.Write(new BusAccess(register, 4, BusInitiator.Cpu(0), Secure: false), value);
}
