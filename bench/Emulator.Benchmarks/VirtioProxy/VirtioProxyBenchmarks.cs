using System.Net;
using BenchmarkDotNet.Attributes;
using Emulator.Benchmarks.Virtio;
using Emulator.Testing.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.FrontEnd;
using Emulator.VirtioProxy.Server;

namespace Emulator.Benchmarks.VirtioProxy;

/// <summary>What an unbatched request of 4 KiB costs over each carrier, from the driver's descriptors to the used ring; compare with <see cref="SocketBenchmarks"/>.</summary>
[MemoryDiagnoser]
public class VirtioProxyBenchmarks : IDisposable
{
    private const ulong Header = BenchedDevice.Data;
    private const ulong Status = BenchedDevice.Data + 0x100;
    private const ulong Block = BenchedDevice.Data + 0x1000;
    private const int DiskLength = 1 << 20;

    private readonly DriverBuffer[] _read = [new(Header, 16, false), new(Block, 4096, true), new(Status, 1, true)];
    private BenchedDevice _device = null!;
    private VirtioProxyServer? _server;
    private string? _folder;

    [ParamsAllValues]
    public Carrier Carrier { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var disk = new MemoryStorage("disk", DiskLength);
        _ = disk.TryWrite(0, new byte[DiskLength]);
        if (Carrier == Carrier.None)
        {
            _device = new BenchedDevice(RingLayout.Split, settings => new VirtioBlock(settings, disk));
            return;
        }

        _server = new VirtioProxyServer().Add("virtio-blk", settings => new VirtioBlock(settings, disk));
        Func<ICarrier> connect = Listen(_server);
        _device = new BenchedDevice(RingLayout.Split, settings =>
        {
            var frontEnd = new ProxyFrontEnd(connect, new ProxyOptions(), settings.Remotes!, 1);
            return new ChainBackend(frontEnd, settings, frontEnd.Describe(0));
        });
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _device.Dispose();
        _server?.Dispose();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public bool Read4KiB()
    {
        _device.Send(0, _read);
        _device.WaitForAnswer();
        return _device.Drivers[0].TryTakeUsed(out _);
    }

    private Func<ICarrier> Listen(VirtioProxyServer server)
    {
        if (Carrier == Carrier.InProcess)
        {
            return () =>
            {
                (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
                server.Serve(other);
                return one;
            };
        }

        _folder = Directory.CreateTempSubdirectory("proxy-").FullName;
        server.Listen(Carrier == Carrier.Unix ? new ProxyAddress(Path.Combine(_folder, "socket"), null) : new ProxyAddress(null, new IPEndPoint(IPAddress.Loopback, 0)));
        return () => new SocketCarrier(server.Address!.Connect(), "the server");
    }
}
