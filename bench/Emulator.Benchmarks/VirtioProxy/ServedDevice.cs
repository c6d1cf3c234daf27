using System.Net;
using Emulator.Benchmarks.Virtio;
using Emulator.Testing.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Carriers.Rings;
using Emulator.VirtioProxy.FrontEnd;
using Emulator.VirtioProxy.Server;

namespace Emulator.Benchmarks.VirtioProxy;

/// <summary>A disk in memory that is reached over a carrier, and a driver that asks it something and waits for the answer.</summary>
internal sealed class ServedDevice : IDisposable
{
    /// <summary>Bytes of a read.</summary>
    public const int ReadLength = 4096;

    /// <summary>Bytes of the answer to <see cref="GetId"/>.</summary>
    public const int IdLength = 20;

    private const ulong Header = BenchedDevice.Data;
    private const ulong Status = BenchedDevice.Data + 0x100;
    private const ulong Block = BenchedDevice.Data + 0x1000;
    private const int DiskLength = 1 << 20;

    private readonly DriverBuffer[] _read = [new(Header, 16, false), new(Block, ReadLength, true), new(Status, 1, true)];
    private readonly DriverBuffer[] _getId = [new(Header + 0x20, 16, false), new(Block, IdLength, true), new(Status, 1, true)];
    private readonly BenchedDevice _device;
    private readonly VirtioProxyServer? _server;
    private readonly string _folder = Directory.CreateTempSubdirectory("proxy-").FullName;

    /// <summary>Starts a device.</summary>
    /// <param name="carrier">How it is reached.</param>
    public ServedDevice(Carrier carrier)
    {
        var disk = new MemoryStorage("disk", DiskLength);
        _ = disk.TryWrite(0, new byte[DiskLength]);
        if (carrier == Carrier.None)
        {
            _device = new BenchedDevice(RingLayout.Split, settings => new VirtioBlock(settings, disk));
        }
        else
        {
            _server = new VirtioProxyServer().Add("virtio-blk", settings => new VirtioBlock(settings, disk));
            if (carrier == Carrier.InProcess)
            {
                _device = new BenchedDevice(RingLayout.Split, settings => LocalSession.Begin(_server, settings.Remotes!, TimeProvider.System).Lend(0, settings));
                _device.WriteMemory(Header + 0x20, [(byte)BlockRequestType.GetId]);
                return;
            }

            Func<ICarrier> connect = Listen(_server, carrier);
            _device = new BenchedDevice(RingLayout.Split, settings =>
            {
                var frontEnd = new ProxyFrontEnd(connect, new ProxyOptions(), settings.Remotes!, 1);
                return frontEnd.Attach(0, settings, settings.Remotes!);
            });
        }

        _device.WriteMemory(Header + 0x20, [(byte)BlockRequestType.GetId]);
    }

    // In memory, as docs/virtio-proxy.md has it.
    private static string Window => $"/dev/shm/carriers-{Environment.ProcessId}";

    /// <summary>Reads 4 KiB.</summary>
    public bool Read() => Do(_read);

    /// <summary>Asks for the disk's name: a request with next to no data.</summary>
    public bool GetId() => Do(_getId);

    /// <inheritdoc/>
    public void Dispose()
    {
        _device.Dispose();
        _server?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private bool Do(DriverBuffer[] request)
    {
        _device.Send(0, request);
        _device.WaitForAnswer();
        return _device.Drivers[0].TryTakeUsed(out _);
    }

    private Func<ICarrier> Listen(VirtioProxyServer server, Carrier carrier)
    {
        if (carrier == Carrier.Messages)
        {
            return () =>
            {
                (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
                server.Serve(other);
                return one;
            };
        }

        server.Listen(carrier switch
        {
            Carrier.Rings => new ProxyAddress(null, null) { SharedMemoryPath = Window },
            Carrier.Unix => new ProxyAddress(Path.Combine(_folder, "socket"), null),
            _ => new ProxyAddress(null, new IPEndPoint(IPAddress.Loopback, 0)),
        });
        return () => carrier == Carrier.Rings ? WindowListener.Connect(Window, TimeProvider.System) : Connections.Connect(server.Address!, new ProxyOptions());
    }
}
