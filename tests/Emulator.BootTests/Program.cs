using System.Globalization;
using Emulator.BootTests.KilledBackEnds;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Server;

namespace Emulator.BootTests;

/// <summary>Run by itself this is a virtio-proxy back end for tests to kill: its disk loses with it what was not flushed.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not [string image, string address, string seed])
        {
            Console.Error.WriteLine("these are tests, for 'dotnet test'; or say FILE ADDRESS SEED to serve a disk that loses what was not flushed");
            return 2;
        }

        using var server = new VirtioProxyServer();
        _ = server.Add("virtio-blk", settings => new VirtioBlock(settings, new LosingFile(image, int.Parse(seed, CultureInfo.InvariantCulture))));
        server.Listen(ProxyAddress.Parse(address));
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }
}
