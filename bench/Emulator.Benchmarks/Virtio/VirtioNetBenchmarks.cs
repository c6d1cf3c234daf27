using BenchmarkDotNet.Attributes;
using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Testing.Virtio;
using Emulator.Timing;
using Emulator.Virtio.Devices.Net;

namespace Emulator.Benchmarks.Virtio;

/// <summary>What a frame of 1514 bytes costs, each way, between the driver and the link.</summary>
[MemoryDiagnoser]
public class VirtioNetBenchmarks : IDisposable
{
    private const int FrameLength = 1514;
    private const uint HeaderLength = 12;

    private readonly DriverBuffer[] _sent = [new(BenchedDevice.Data, HeaderLength + FrameLength, false)];
    private readonly DriverBuffer[] _received = [new(BenchedDevice.Data + 0x1000, 2048, true)];
    private readonly byte[] _frame = [0x52, 0x54, 0, 1, 2, 3, .. new byte[FrameLength - 6]];
    private readonly Link _link = new();
    private BenchedDevice _device = null!;

    [ParamsAllValues]
    public RingLayout Layout { get; set; }

    [GlobalSetup]
    public void Setup() => _device = new BenchedDevice(Layout, settings => new VirtioNet(settings, _link, _frame.AsSpan(0, 6)), queues: 2);

    [GlobalCleanup]
    public void Dispose()
    {
        _device.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public bool Transmit()
    {
        _device.Send(1, _sent);
        return _device.Drivers[1].TryTakeUsed(out _);
    }

    [Benchmark]
    public bool Receive()
    {
        _device.Send(0, _received);
        _link.Adapter.Receive(_frame);
        return _device.Drivers[0].TryTakeUsed(out _);
    }

    /// <summary>A link whose other end is the benchmark.</summary>
    private sealed class Link : INetworkLink
    {
        public INetworkAdapter Adapter { get; private set; } = null!;

        public void Connect(INetworkAdapter adapter, IMachineClock clock, string name) => Adapter = adapter;

        public void Transmit(ReadOnlySpan<byte> frame)
        {
            // It is gone.
        }

        public void Save(SnapshotWriter writer)
        {
            // Nothing is under way.
        }

        public void Load(SnapshotReader reader)
        {
            // Nothing is under way.
        }
    }
}
