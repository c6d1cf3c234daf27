using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Balloon;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Console;
using Emulator.Virtio.Devices.Input;
using Emulator.Virtio.Devices.Net;
using Emulator.Virtio.Devices.Share;
using Emulator.Virtio.Devices.Socket;

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
        new("block", settings => new VirtioBlock(settings, new MemoryStorage("device", DiskLength), queues: 2, id: "fuzz"), (model, value) => ((IVirtioDisk)model).Resize((value + 1) * SectorLength)) { MakeRequest = FuzzRequests.MakeBlock },
        new("read-only block", settings => new VirtioBlock(settings, new ArrayStorage(new byte[SectorLength * 3]))) { MakeRequest = FuzzRequests.MakeBlock },
        new("network", settings => new VirtioNet(settings, new EchoLink(), [0x52, 0x54, 0, 0, 0, 1], pairs: 2), (model, value) => Echo((VirtioNet)model, value)) { MakeRequest = FuzzRequests.MakeNet },
        new("share", settings => new VirtioShare(settings, ShareFolder.Make(), "fuzz")) { Requests = ShareFolder.Requests, IsRepeatable = false, IsContained = () => ShareFolder.IsAlone },
        // Pages that no ring of its own lies in.
        new("balloon", settings => new VirtioBalloon(settings), (model, value) => Press((VirtioBalloon)model, value)) { Requests = [[0x1c, 0, 4, 0, 0x1d, 0, 4, 0], [4, 0, .. new byte[8], 5, 0, .. new byte[8]]], MayClearRings = true },
        new("keyboard", settings => new VirtioKeyboard(settings), (model, value) => ((VirtioKeyboard)model).SetKey(1 + (value % 247), value % 2 == 0)) { Requests = [[0x11, 0, 1, 0, 1, 0, 0, 0]] },
        new("clock", settings => new VirtioClock(settings)) { Requests = [[1, 0, .. new byte[14]], [0, 0x10, .. new byte[6]], [1, 0x10, .. new byte[14]], [2, 0x10, .. new byte[14]]] },
        new("file block", settings => new VirtioBlock(settings, FileStorage.Open(FileDisk.Make(), isReadOnly: false))) { MakeRequest = FuzzRequests.MakeBlock, IsRepeatable = false },
        new("socket", settings => new VirtioSocket(settings, 3), (model, value) => Talk((VirtioSocket)model, value)) { MakeRequest = FuzzRequests.MakeSocket, IsRepeatable = false },
    ];

    private static void SendText(VirtioModel model, byte value)
    {
        foreach (Serial.ConsolePort line in ((VirtioConsole)model).Lines)
        {
            line.Send([value]);
            line.Pump();
        }
    }

    private static void Talk(VirtioSocket socket, byte value)
    {
        socket.Listen(1);
        switch (value % 4)
        {
            case 0 when socket.Streams.Count < VirtioSocket.MostStreams:
                _ = socket.Connect(value);
                break;
            case 1:
                _ = socket.TryAccept(1, out _);
                break;
        }

        foreach (VirtioSocketStream stream in socket.Streams)
        {
            if (stream.State == VirtioSocketState.Closed || value % 4 == 3)
            {
                stream.Close();
            }
            else if (value % 4 == 2)
            {
                _ = stream.Read(new byte[value * 300]);
            }
        }
    }

    private static void Press(VirtioBalloon balloon, byte value)
    {
        balloon.TargetBytes = value * 4096L;
        if (value % 2 == 0)
        {
            balloon.RequestStatistics();
        }
    }

    private static void Echo(VirtioNet net, byte value)
    {
        net.IsLinkUp = value % 8 != 7;
        var link = (EchoLink)net.Link;
        link.TakesLargeFrames = value % 16 < 12;
        if (value % 8 == 6)
        {
            Span<byte> frame = stackalloc byte[60];
            frame.Fill(value);
            net.Receive(frame);
        }
        else
        {
            link.Return();
        }
    }
}
