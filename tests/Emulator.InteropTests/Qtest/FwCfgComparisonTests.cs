using System.Buffers.Binary;
using System.Text;
using Emulator.Firmware;
using Emulator.Memory;

namespace Emulator.InteropTests.Qtest;

/// <summary>Our fw_cfg and QEMU's, offering the same items.</summary>
internal sealed class FwCfgComparisonTests
{
    private const ulong Address = 0x0902_0000;
    private const ulong RamAddress = 0x4800_0000;
    private const ulong RamLength = 0x10_0000;
    private const ulong Selector = 0x08;
    private const ulong Dma = 0x10;

    // Where the scripts, which know offsets from the device only, find memory.
    private const ulong Ram = RamAddress - Address;

    private FwCfgItems _items = null!;

    private ComparedDevice Device => new()
    {
        Name = "fw_cfg",
        Address = Address,
        Registers = [new NamedRegister(0, "data", 1, 8), new NamedRegister(Selector, "selector", 1, 2), new NamedRegister(Dma, "DMA address", 1, 8)],
        Create = () =>
        {
            var machine = new OurMachine();
            machine.Bus.MapRam(RamAddress, machine.Own(new GuestRam("ram", RamLength)));
            machine.Bus.MapDevice(Address, new FwCfg("fw_cfg@9020000", _items, new DmaView(machine.Bus, BusInitiator.Host), machine.Unimplemented));
            return machine;
        },
    };

    [SetUp]
    public void ReadQemusItems()
    {
        using var qemu = new QtestClient();
        _items = new FwCfgItems();
        for (FwCfgKey key = FwCfgKey.Uuid; key < FwCfgKey.FileDirectory; key++)
        {
            byte[] content = Read(qemu, (ushort)key, 64);
            if (content.AsSpan().ContainsAnyExcept((byte)0))
            {
                _items.Set(key, content);
            }
        }

        byte[] directory = Read(qemu, (ushort)FwCfgKey.FileDirectory, 4);
        int count = BinaryPrimitives.ReadInt32BigEndian(directory);
        directory = Read(qemu, (ushort)FwCfgKey.FileDirectory, 4 + (64 * count));
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = directory.AsSpan(4 + (64 * i), 64);
            int length = BinaryPrimitives.ReadInt32BigEndian(entry);
            string name = Encoding.ASCII.GetString(entry[8..]).TrimEnd('\0');
            _items.SetFile(name, Read(qemu, BinaryPrimitives.ReadUInt16BigEndian(entry[4..]), length));
        }
    }

    [Test]
    public void Agrees()
    {
        var comparison = new DeviceComparison(Device);
        comparison.Run(AllItems());
        comparison.Run(DataInEveryWidth());
        comparison.Run(Widths());
        comparison.Run(DmaTransfers());
        for (int i = 0; i < 4; i++)
        {
            comparison.Run(RandomTransfers(i));
        }

        comparison.AssertAgreement();
    }

    private static byte[] Read(QtestClient qemu, ushort key, int length)
    {
        qemu.Write(Address + Selector, 2, BinaryPrimitives.ReverseEndianness(key));
        var content = new byte[length];
        for (int i = 0; i < length; i++)
        {
            content[i] = (byte)qemu.Read(Address, 1);
        }

        return content;
    }

    private static DeviceScript Select(DeviceScript script, int key) => script.Write(Selector, BinaryPrimitives.ReverseEndianness((ushort)key), 2);

    private static DeviceScript AllItems()
    {
        var script = new DeviceScript("all items");
        foreach (int key in (int[])[.. Enumerable.Range(0, 0x60), 0x4001, 0x4019, 0x7fff, 0x8000, 0x8001, 0xc000, 0xffff])
        {
            Select(script, key);
            for (int i = 0; i < 24; i++)
            {
                script.Read(0, 1);
            }
        }

        Select(script, (int)FwCfgKey.FileDirectory);
        for (int i = 0; i < 600; i++)
        {
            script.Read(0, 1);
        }

        return script;
    }

    private static DeviceScript DataInEveryWidth()
    {
        var script = new DeviceScript("data in every width");
        foreach (int size in (int[])[1, 2, 4, 8])
        {
            Select(script, (int)FwCfgKey.FileDirectory);
            for (int i = 0; i < 20; i++)
            {
                script.Read(0, size).Read(0, 1);
            }

            // Past the end of an item, and into it again.
            Select(script, (int)FwCfgKey.Signature);
            script.Read(0, 1).Read(0, size).Read(0, size).Read(0, size);
        }

        return script;
    }

    // Accesses of all widths to all places, but for DMA: its own script.
    private static DeviceScript Widths()
    {
        var script = new DeviceScript("widths");
        foreach (int size in (int[])[1, 2, 4, 8])
        {
            Select(script, 0);
            for (ulong offset = 0; offset < 0x18; offset += (ulong)size)
            {
                script.Read(offset, size);
                if (offset < Dma)
                {
                    Select(script.Write(offset, 0, size).Read(0, 1), 1).Read(0, 1);
                }
            }
        }

        return script;
    }

    private static void Descriptor(DeviceScript script, ulong at, uint control, uint length, ulong address)
    {
        script.Write(Ram + at, BinaryPrimitives.ReverseEndianness(control));
        script.Write(Ram + at + 4, BinaryPrimitives.ReverseEndianness(length));
        script.Write(Ram + at + 8, BinaryPrimitives.ReverseEndianness(address), 8);
    }

    private static void Start(DeviceScript script, ulong at, bool inHalves)
    {
        ulong address = RamAddress + at;
        if (inHalves)
        {
            script.Write(Dma, BinaryPrimitives.ReverseEndianness((uint)(address >> 32)));
            script.Write(Dma + 4, BinaryPrimitives.ReverseEndianness((uint)address));
        }
        else
        {
            script.Write(Dma, BinaryPrimitives.ReverseEndianness(address), 8);
        }

        script.Read(Ram + at);
    }

    private static void ReadRam(DeviceScript script, ulong at, int length)
    {
        for (int i = 0; i < length; i += 8)
        {
            script.Read(Ram + at + (ulong)i, 8);
        }
    }

    private static DeviceScript DmaTransfers()
    {
        var script = new DeviceScript("DMA");
        (uint Control, uint Length)[] transfers =
        [
            (0x0019_000a, 64), (0x0002, 64), (0x0004, 10), (0x0002, 16), // select and read, read on, skip, read on
            (0x0000_0008, 0), (0x0000_000a, 8), (0x0001_000a, 4), (0x7fff_000a, 16), (0x0000_000a, 32), // absent, longer than the item
            (0x0001_0018, 4), (0x0010, 4), (0x0006, 4), (0x0016, 4), (0x0000, 4), (0x0001, 4), (0x0020, 4), (0xffff_ffff, 4),
            (0x0019_000a, 0), (0x0019_000c, 1000), (0x0002, 8),
        ];
        bool inHalves = false;
        foreach ((uint control, uint length) in transfers)
        {
            script.Write(Ram + 0x1000, ulong.MaxValue, 8);
            Descriptor(script, 0x100, control, length, RamAddress + 0x1000);
            Start(script, 0x100, inHalves);
            ReadRam(script, 0x1000, 128);
            script.Read(0, 1).Read(Dma, 8);
            inHalves = !inHalves;
        }

        // A target that is not there.
        Descriptor(script, 0x100, 0x0019_000a, 16, 0x7000_0000_0000);
        Start(script, 0x100, false);
        return script.Read(0, 1);
    }

    private static DeviceScript RandomTransfers(int index)
    {
        TestContext.Out.WriteLine($"fw_cfg: random transfers {index}, seed {ScriptBuilder.Seed}");
        var random = new Random(ScriptBuilder.Seed + index);
        var script = new DeviceScript($"random transfers {index}");
        for (int i = 0; i < 400; i++)
        {
            switch (random.Next(4))
            {
                case 0:
                    Select(script, random.Next(0x30));
                    break;
                case 1:
                    script.Read(0, 1 << random.Next(4));
                    break;
                default:
                    Descriptor(script, 0x200, ((uint)random.Next(0x30) << 16) | (uint)random.Next(0x20), (uint)random.Next(200), RamAddress + 0x1000 + (ulong)random.Next(64));
                    Start(script, 0x200, random.Next(2) == 0);
                    ReadRam(script, 0x1000, 264);
                    break;
            }
        }

        return script;
    }
}
