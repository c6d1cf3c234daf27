using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Server;

namespace Emulator.VirtioProxy.Tests.Peers;

/// <summary>A server with a disk in memory, which outlives servers.</summary>
internal sealed class ServedDisk : IDisposable
{
    public const int Sectors = 4096;

    private readonly byte[] _contents = [.. Enumerable.Range(0, Sectors * FrontEndRig.SectorSize).Select(i => (byte)((i / FrontEndRig.SectorSize) + i))];

    public VirtioProxyServer Server { get; private set; } = null!;

    public ServedDisk() => Restart();

    public ReadOnlySpan<byte> Contents => _contents;

    /// <summary>Another server takes the disk over.</summary>
    public void Restart()
    {
        Server?.Dispose();
        Server = new VirtioProxyServer { Instance = 0x2222 };
        _ = Server.Add("virtio-blk", settings => new VirtioBlock(settings, new SharedArrayStorage(_contents)));
    }

    public ICarrier Connect()
    {
        (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
        Server.Serve(other);
        return one;
    }

    public void Dispose() => Server.Dispose();
}
