using BenchmarkDotNet.Attributes;
using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Virtio.Queues;

namespace Emulator.Benchmarks.Virtio;

/// <summary>What a ring costs, without a device: a request of three buffers goes to the device's side and back.</summary>
[MemoryDiagnoser]
public class VirtqueueBenchmarks : IDisposable
{
    private const ulong RamBase = BenchedDevice.RamBase;

    private readonly DescriptorChain _chain = new();
    private readonly DriverBuffer[] _request = [new(BenchedDevice.Data, 16, false), new(BenchedDevice.Data + 0x1000, 4096, true), new(BenchedDevice.Data + 16, 1, true)];
    private GuestRam _ram = null!;
    private VirtqueueDriver _driver = null!;
    private Virtqueue _queue = null!;

    [ParamsAllValues]
    public RingLayout Layout { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _ram = new GuestRam("ram", 1 << 20);
        var bus = new SystemBus();
        bus.MapRam(RamBase, _ram);
        var memory = new DmaView(bus, BusInitiator.VirtioMmio(0));
        _driver = BenchedDevice.CreateDriver(memory, Layout, RamBase + 0x1_0000);
        _queue = new Virtqueue("queue", 0, memory);
        _ = _queue.Start(_driver.Settings, BenchedDevice.FeaturesOf(Layout));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _ram.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Both sides of the ring.</summary>
    [Benchmark]
    public bool RoundTrip()
    {
        _ = _driver.Add(_request, BenchedDevice.TableOf(Layout));
        bool popped = _queue.TryPop(_chain);
        _queue.Push(_chain.Used);
        _ = _queue.WantsInterrupt();
        _queue.RequestNotification();
        return popped && _driver.TryTakeUsed(out _);
    }
}
