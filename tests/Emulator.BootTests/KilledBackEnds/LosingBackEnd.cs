using Emulator.Boards;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.BootTests.KilledBackEnds;

/// <summary>A back end whose disk has in its file what was flushed, and by chance a part of what was not.</summary>
internal static class LosingBackEnd
{
    /// <summary>A server of virtio-proxy.</summary>
    public const string Server = "server";

    /// <summary>A server of vhost-user.</summary>
    public const string VhostUser = "vhost-user";

    /// <summary>A machine whose guest is the back end, and has the disk as its own.</summary>
    public const string Guest = "guest";

    /// <summary>Starts it.</summary>
    /// <param name="way">What it is.</param>
    /// <param name="address">Where it is to be found.</param>
    /// <param name="image">The file.</param>
    /// <param name="seed">Decides what is not lost.</param>
    public static IDisposable Start(string way, string address, string image, int seed) => way switch
    {
        Server => Serve(ProxyAddress.Parse(address), settings => Open(settings, image, seed)),
        VhostUser => ServeVhostUser(address, settings => Open(settings, image, seed)),
        _ => RunGuest(ProxyAddress.Parse(address), settings => Open(settings, image, seed)),
    };

    private static VirtioBlock Open(VirtioModelSettings settings, string image, int seed) => new(settings, new LosingFile(image, seed));

    private static VirtioProxyServer Serve(ProxyAddress address, Func<VirtioModelSettings, VirtioBlock> open)
    {
        VirtioProxyServer server = new VirtioProxyServer().Add("virtio-blk", open);
        server.Listen(address);
        return server;
    }

    private static VhostUserServer ServeVhostUser(string path, Func<VirtioModelSettings, VirtioBlock> open)
    {
        var server = new VhostUserServer("vhost-user-blk", open);
        server.Listen(path);
        return server;
    }

    private static Machine RunGuest(ProxyAddress address, Func<VirtioModelSettings, VirtioBlock> open)
    {
        Machine machine = new MachineBuilder(Board.Virt).WithKernel(Path.Combine(AppContext.BaseDirectory, "ramdisk.elf"))
            .WithVirtioDevice("virtio-blk", VirtioTransport.Mmio, (settings, _, _) => open(settings)).WithVirtioProxyDevice(address).Build();
        new Thread(() => machine.Run()) { IsBackground = true }.Start();
        return machine;
    }
}
