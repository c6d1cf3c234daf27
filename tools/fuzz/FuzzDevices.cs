using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Console;
using Emulator.Virtio.Devices.Net;
using Emulator.Virtio.Devices.Share;

namespace Emulator.Fuzz;

/// <summary>All devices. An input names one by its place, so that new ones stand at the end.</summary>
internal static class FuzzDevices
{
    private const int DiskLength = 0x4000;
    private const int SectorLength = 512;

    public static IReadOnlyList<FuzzDevice> All { get; } =
    [
        new("entropy", settings => new VirtioEntropy(settings, new MachineRandom(1, "fuzz"))) { MakeRequest = FuzzRequests.MakeEntropy },
        new("console", settings => new VirtioConsole(settings, ["port"]), SendText)
        {
            MakeRequest = FuzzRequests.MakeConsole,
            Surroundings = model => ((VirtioConsole)model).Lines,
        },
        new("block", settings => new VirtioBlock(settings, new MemoryStorage("device", DiskLength), queues: 2, id: "fuzz")) { MakeRequest = FuzzRequests.MakeBlock },
        new("read-only block", settings => new VirtioBlock(settings, new ArrayStorage(new byte[SectorLength * 3]))) { MakeRequest = FuzzRequests.MakeBlock },
        new("network", settings => new VirtioNet(settings, new EchoLink(), [0x52, 0x54, 0, 0, 0, 1], pairs: 2), (model, value) => Echo((VirtioNet)model, value)) { MakeRequest = FuzzRequests.MakeNet, IsRepeatable = false },
        new("share", settings => new VirtioShare(settings, ShareFolder.Make(), "fuzz")) { Requests = ShareFolder.Requests, IsRepeatable = false, IsContained = () => ShareFolder.IsAlone },
        new("file block", settings => new VirtioBlock(settings, FileStorage.Open(FileDisk.Make(), isReadOnly: false))) { MakeRequest = FuzzRequests.MakeBlock, IsRepeatable = false },
    ];

    private static void SendText(VirtioModel model, byte value)
    {
        foreach (Serial.ConsolePort line in ((VirtioConsole)model).Lines)
        {
            line.Send([value]);
            line.Pump();
        }
    }

    private static void Echo(VirtioNet net, byte value)
    {
        net.IsLinkUp = value % 8 != 7;
        if (value % 8 == 6)
        {
            Span<byte> frame = stackalloc byte[60];
            frame.Fill(value);
            net.Receive(frame);
        }
        else
        {
            (net.Link as EchoLink)!.Return();
        }
    }
}
