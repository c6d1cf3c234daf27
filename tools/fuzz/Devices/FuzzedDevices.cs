using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Console;
using Emulator.Virtio.Devices.Net;

namespace Emulator.Fuzz.Devices;

/// <summary>The devices under test.</summary>
internal static class FuzzedDevices
{
    private const int DiskLength = 0x4000;
    private const int AddressLength = VirtioNetOptions.AddressLength;

    private static readonly byte[] s_address = [0x52, 0x54, 0, 1, 2, 3];

    /// <summary>All of them; an input's first byte chooses one.</summary>
    public static IReadOnlyList<FuzzedDeviceKind> All { get; } =
    [
        new("entropy", settings => new FuzzedDevice(new VirtioEntropy(settings, new MachineRandom(1, "fuzz"))), static (random, draft) => draft.Room = random.Of(1u, 16, 64, 5000)),
        new("console", CreateConsole, MakeConsoleRequest),
        new("block", settings => CreateBlock(new VirtioBlock(settings, new MemoryStorage("device", DiskLength), queues: 2, id: "fuzz")), MakeBlockRequest),
        new("block-readonly", settings => CreateBlock(new VirtioBlock(settings, new ArrayStorage(new byte[DiskLength]))), MakeBlockRequest),
        new("net", settings => CreateNet(settings, pairs: 1), static (random, draft) => MakeNetRequest(random, draft, control: 2)),
        new("net-multiqueue", settings => CreateNet(settings, pairs: 2), static (random, draft) => MakeNetRequest(random, draft, control: 4)),
    ];

    private static FuzzedDevice CreateConsole(VirtioModelSettings settings)
    {
        var model = new VirtioConsole(settings, ["port"]);
        Serial.ConsolePort[] lines = [.. model.Lines];
        return new FuzzedDevice(model)
        {
            Surroundings = lines,
            Outside = (which, bytes) =>
            {
                Serial.ConsolePort line = lines[which % lines.Length];
                line.Send(bytes);
                line.Pump();
            },
        };
    }

    private static FuzzedDevice CreateBlock(VirtioBlock model) => new(model)
    {
        Outside = (which, _) =>
        {
            if (which == 0)
            {
                model.UpdateCapacity();
            }
        },
    };

    private static FuzzedDevice CreateNet(VirtioModelSettings settings, int pairs)
    {
        var link = new OpenLink();
        var model = new VirtioNet(settings, link, s_address, pairs);
        return new FuzzedDevice(model)
        {
            Outside = (which, bytes) =>
            {
                switch (which)
                {
                    case 0:
                        model.IsLinkUp = !model.IsLinkUp;
                        break;
                    case < 10:
                        link.Deliver(s_address, bytes);
                        break;
                    default:
                        link.Deliver([], bytes);
                        break;
                }
            },
        };
    }

    private static void MakeConsoleRequest(FuzzRandom random, RequestDraft draft)
    {
        draft.Queue = random.Next(6);
        if (draft.Queue == 3)
        {
            draft.Content.UInt32(random.Next(3)).UInt16(random.Of(0u, 3, 6, random.Next(10))).UInt16(random.Next(2));
        }
        else if ((draft.Queue & 1) != 0)
        {
            draft.Padding = 1 + random.Next(30);
        }
        else
        {
            draft.Room = random.Of(8u, 32, 1, 13);
        }
    }

    private static void MakeBlockRequest(FuzzRandom random, RequestDraft draft)
    {
        const uint Sectors = DiskLength / VirtioBlock.SectorSize;
        var type = (BlockRequestType)random.Of((uint)BlockRequestType.In, (uint)BlockRequestType.Out, (uint)BlockRequestType.Flush, (uint)BlockRequestType.GetId, (uint)BlockRequestType.Discard, (uint)BlockRequestType.WriteZeroes, random.Next(20));
        uint count = 1 + random.Next(8);
        ulong sector = random.Once(10) ? random.UInt64() : random.Next(Sectors);
        draft.Queue = random.Next(2);
        draft.Content.UInt32((uint)type).UInt32(0).UInt64(sector);
        draft.Room = 1;
        switch (type)
        {
            case BlockRequestType.In:
                draft.Room = 1 + (count * VirtioBlock.SectorSize);
                break;
            case BlockRequestType.Out:
                draft.Padding = count * VirtioBlock.SectorSize;
                break;
            case BlockRequestType.GetId:
                draft.Room = 1 + VirtioBlock.IdLength;
                break;
            case BlockRequestType.Discard or BlockRequestType.WriteZeroes:
                draft.Content.UInt64(sector).UInt32(random.Once(8) ? (uint)random.UInt64() : count).UInt32(random.Of(0u, 0, 1, 2));
                break;
        }
    }

    private static void MakeNetRequest(FuzzRandom random, RequestDraft draft, uint control)
    {
        draft.Queue = random.Next(control + 2) is { } queue && queue > control ? control : queue;
        if (draft.Queue == control)
        {
            MakeNetCommand(random, draft);
        }
        else if ((draft.Queue & 1) != 0)
        {
            // Flags, segmentation, lengths, where the checksum starts and goes to; then a frame.
            draft.Content.Byte(random.Next(3)).Byte(random.Once(10) ? random.Next(256) : 0).UInt16(random.Next(64)).UInt16(random.Next(1500)).UInt16(random.Next(80)).UInt16(random.Next(30)).UInt16(0);
            draft.Content.Bytes(s_address).Bytes(s_address).UInt16(0x0008);
            draft.Padding = random.Of(0u, 46, 300, 1500, 1504, 1505, 9000);
        }
        else
        {
            draft.Room = random.Of(1530u, 1526, 2048, random.Next(100));
        }
    }

    private static void MakeNetCommand(FuzzRandom random, RequestDraft draft)
    {
        uint commandClass = random.Of(0u, 1, 1, 2, 4, random.Next(8));
        draft.Content.Byte(commandClass).Byte(commandClass == 0 ? random.Next(7) : random.Next(2));
        draft.Room = 1;
        switch (commandClass)
        {
            case 0:
                draft.Content.Byte(random.Next(2));
                break;
            case 1:
                for (int table = 0; table < 2; table++)
                {
                    uint addresses = random.Next(3);
                    draft.Content.UInt32(random.Once(10) ? (uint)random.UInt64() : addresses);
                    for (uint i = 0; i < addresses * AddressLength; i++)
                    {
                        draft.Content.Byte(s_address[i % AddressLength]);
                    }
                }

                break;
            default:
                draft.Content.UInt16(random.Once(4) ? (uint)random.UInt64() : random.Next(4));
                break;
        }
    }
}
