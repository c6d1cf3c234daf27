using BenchmarkDotNet.Attributes;

namespace Emulator.Benchmarks.VirtioProxy;

/// <summary>What an unbatched request costs over each carrier, from the driver's descriptors to the used ring; <see cref="CarrierTable"/> sets it beside the host's own round trips.</summary>
[MemoryDiagnoser]
public class VirtioProxyBenchmarks : IDisposable
{
    private ServedDevice _device = null!;

    [ParamsAllValues]
    public Carrier Carrier { get; set; }

    [GlobalSetup]
    public void Setup() => _device = new ServedDevice(Carrier);

    [GlobalCleanup]
    public void Dispose()
    {
        _device.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public bool Read4KiB() => _device.Read();

    [Benchmark]
    public bool GetId() => _device.GetId();
}
