using BenchmarkDotNet.Attributes;
using Emulator.Testing.Virtio;
using Emulator.Virtio.Devices.Block;

namespace Emulator.Benchmarks.Virtio;

/// <summary>What a request of 4 KiB to a disk in memory costs, from the driver's first descriptor over the notification to the used ring.</summary>
[MemoryDiagnoser]
public class VirtioBlockBenchmarks : IDisposable
{
    private const ulong Header = BenchedDevice.Data;
    private const ulong Status = BenchedDevice.Data + 0x100;
    private const ulong Block = BenchedDevice.Data + 0x1000;
    private const int DiskLength = 1 << 20;
    private const int Batch = 32;

    private readonly DriverBuffer[] _read = [new(Header, 16, false), new(Block, 4096, true), new(Status, 1, true)];
    private readonly DriverBuffer[] _write = [new(Header + 0x10, 16, false), new(Block, 4096, false), new(Status, 1, true)];
    private readonly DriverBuffer[] _getId = [new(Header + 0x20, 16, false), new(Block, 20, true), new(Status, 1, true)];
    private BenchedDevice _device = null!;

    [ParamsAllValues]
    public RingLayout Layout { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var disk = new MemoryStorage("disk", DiskLength);
        _ = disk.TryWrite(0, new byte[DiskLength]);
        _device = new BenchedDevice(Layout, settings => new VirtioBlock(settings, disk));
        _device.WriteMemory(Header + 0x10, [(byte)BlockRequestType.Out]);
        _device.WriteMemory(Header + 0x20, [(byte)BlockRequestType.GetId]);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _device.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public bool Read4KiB() => Do(_read);

    [Benchmark]
    public bool Write4KiB() => Do(_write);

    /// <summary>A request with next to no data.</summary>
    [Benchmark]
    public bool GetId() => Do(_getId);

    /// <summary>Reads that share a notification.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public int Read4KiBOf32()
    {
        for (int i = 1; i < Batch; i++)
        {
            _device.Offer(0, _read);
        }

        _device.Send(0, _read);
        int count = 0;
        while (_device.Drivers[0].TryTakeUsed(out _))
        {
            count++;
        }

        return count;
    }

    private bool Do(DriverBuffer[] request)
    {
        _device.Send(0, request);
        return _device.Drivers[0].TryTakeUsed(out _);
    }
}
