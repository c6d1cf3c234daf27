using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Net;

namespace Emulator.Fuzz;

/// <summary>Requests of the devices whose requests are more than a list can tell.</summary>
internal static class FuzzRequests
{
    private const int DiskLength = 0x4000;
    private const int AddressLength = VirtioNetOptions.AddressLength;

    private static readonly byte[] s_address = [0x52, 0x54, 0, 0, 0, 1];

    public static void MakeEntropy(FuzzRandom random, RequestDraft draft) => draft.Room = random.Of(1, 16, 64, 5000);

    public static void MakeConsole(FuzzRandom random, RequestDraft draft)
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

    public static void MakeBlock(FuzzRandom random, RequestDraft draft)
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

    public static void MakeNet(FuzzRandom random, RequestDraft draft)
    {
        const uint Control = 4;
        draft.Queue = Math.Min(random.Next(Control + 2), Control);
        if (draft.Queue == Control)
        {
            MakeNetCommand(random, draft);
        }
        else if ((draft.Queue & 1) != 0 && random.Once(3))
        {
            MakeLargeFrame(random, draft);
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

    public static void MakeSocket(FuzzRandom random, RequestDraft draft)
    {
        draft.Queue = random.Next(3);
        if (draft.Queue != 1)
        {
            draft.Room = random.Of(44u, 300, 4096, random.Next(60));
            return;
        }

        // Addresses, ports, length, type, operation, flags, room, what was taken.
        uint length = random.Of(0u, 0, 100, 4000);
        draft.Content.UInt32(3).UInt32(0).UInt32(random.Once(20) ? random.Next(4) : 2).UInt32(0).UInt32(random.Next(4)).UInt32(random.Of(1u, 1, 0x8000_0000, 0x8000_0001))
            .UInt32(random.Once(20) ? (uint)random.UInt64() : length).UInt16(random.Once(20) ? 2u : 1).UInt16(1 + random.Next(8)).UInt32(random.Next(4))
            .UInt32(random.Of(0u, 100, 65536, (uint)random.UInt64())).UInt32(random.Of(0u, 50, (uint)random.UInt64()));
        draft.Padding = length;
    }

    // A frame to be cut: TCP over IPv4 or IPv6, or UDP.
    private static void MakeLargeFrame(FuzzRandom random, RequestDraft draft)
    {
        const uint Tcp = 6;
        const uint Udp = 17;
        uint segmentation = random.Of(1, 4, 5);
        bool isLater = segmentation == 4 || (segmentation == 5 && random.Once(2));
        uint protocol = segmentation == 5 ? Udp : Tcp;
        draft.Content.Byte(1).Byte(segmentation).UInt16(0).UInt16(random.Of(50, 100, 1400, random.Next(2000))).UInt16(isLater ? 54u : 34).UInt16(protocol == Udp ? 6u : 16).UInt16(0);
        draft.Content.Bytes(s_address).Bytes(s_address).UInt16(isLater ? 0xdd86u : 0x0008);
        if (isLater)
        {
            draft.Content.UInt32(0x60).UInt16(0).Byte(protocol).Byte(64).Bytes(new byte[32]);
        }
        else
        {
            draft.Content.UInt32(0x45).UInt32(0).Byte(64).Byte(protocol).UInt16(0).UInt64(0);
        }

        draft.Content.UInt64(0).UInt32(0).Byte(random.Once(8) ? random.Next(256) : 0x50).Byte(0x10).UInt16(0).UInt32(0);
        draft.Padding = random.Of(0, 250, 3000, 9000);
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
                    draft.Content.UInt32(random.Once(10) ? random.Of((uint)random.UInt64(), (uint.MaxValue / AddressLength) + 1) : addresses);
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
