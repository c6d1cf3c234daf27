using Emulator.Memory;

namespace Emulator.InteropTests.Qtest;

/// <summary>Our flash and QEMU's cfi.pflash01, on the same bus cycles.</summary>
internal sealed class FlashComparisonTests
{
    private const ulong BankLength = 64 * 1024 * 1024;
    private const ulong Block = CfiFlash.BlockLength;
    private const uint BothChips = 0x0001_0001;

    // In QEMU the data of a buffered write must lie in the 2 KiB around the address that set the word count.
    private const ulong QemuWindow = 2048;

    private static readonly byte[] s_firmware = [.. Enumerable.Range(0, 100_001).Select(i => (byte)((i * 7) + (i >> 8)))];

    private string _firmwarePath = null!;

    internal static ComparedDevice Bank1 => new()
    {
        Name = "flash",
        Address = BankLength,
        Registers = [new NamedRegister(0, "array, status, identifier, query", (int)(BankLength / 4))],
        Create = () => Machine(BankLength, new CfiFlash("flash1", BankLength)),
        KnownDifferences =
        [
            new KnownDifference(
                "Clear Status Register leaves SR.7 set: a chip at rest is ready. QEMU clears it until the next operation.",
                d => d.Script == "clear status" && IsStatus(d.Ours, 0x80) && IsStatus(d.Theirs, 0)),
            new KnownDifference(
                "Programming only clears bits, as the cells of a real part allow. QEMU stores the new value.",
                d => d.Script == "program without erase"),
            new KnownDifference(
                "Block Erase erases at its confirmation, and reports a command sequence error without one. QEMU erases at the first cycle and shows the array.",
                d => d.Script == "erase without confirmation"),
            new KnownDifference(
                "Locked blocks refuse program and erase, and show their lock at word 2 of the identifier. QEMU accepts the lock commands but locks nothing.",
                d => d.Script == "locks"),
            new KnownDifference(
                "After CFI Query every command is taken. QEMU ignores all but Read Array there.",
                d => d.Script == "commands in query mode"),
            new KnownDifference(
                "The word count of a buffered write may go to any address of the block, as U-Boot's saveenv does it. QEMU refuses data farther than 2 KiB from it.",
                d => d.Script == "buffered write with its count at the block's start"),
            new KnownDifference(
                "A buffered write that breaks its rules programs nothing and reports a command sequence error at its confirmation. QEMU refuses at once, or not at all.",
                d => d.Script.StartsWith("broken buffered write", StringComparison.Ordinal)),
        ],
    };

    [SetUp]
    public void WriteFirmware()
    {
        _firmwarePath = Path.GetTempFileName();
        File.WriteAllBytes(_firmwarePath, s_firmware);
    }

    [TearDown]
    public void DeleteFirmware() => File.Delete(_firmwarePath);

    [Test]
    public void BankWithoutContentsAgrees()
    {
        var comparison = new DeviceComparison(Bank1);
        comparison.Run(Query());
        comparison.Run(Identifier());
        comparison.Run(StatusAndSimpleCommands());
        comparison.Run(ProgramAndErase());
        comparison.Run(BufferedWrites());
        comparison.Run(ClearStatus());
        comparison.Run(ProgramWithoutErase());
        comparison.Run(EraseWithoutConfirmation());
        comparison.Run(Locks());
        comparison.Run(CommandsInQueryMode());
        comparison.Run(BufferedWriteAsUBootDoes());
        comparison.Run(BufferedWriteAsEdk2Does());
        foreach (DeviceScript script in BrokenBufferedWrites())
        {
            comparison.Run(script);
        }

        for (int i = 0; i < 4; i++)
        {
            comparison.Run(RandomOperations(i));
        }

        comparison.AssertAgreement();
    }

    // With -bios, QEMU's bank 0 is flash with the image in it: readable, programmable, zero behind the image.
    [Test]
    public void BankWithFirmwareAgrees()
    {
        ComparedDevice bank0 = Bank1 with
        {
            Name = "flash with firmware",
            Address = 0,
            Create = () => Machine(0, new CfiFlash("flash0", BankLength, s_firmware)),
            QemuArguments = ["-bios", _firmwarePath],
            KnownDifferences = [],
        };
        var script = new DeviceScript("firmware");
        for (ulong offset = 0; offset < (ulong)s_firmware.Length + 64; offset += 8)
        {
            script.Read(offset, 8);
        }

        script.Read(99_999, 1).Read(100_000, 1).Read(100_001, 1).Read(BankLength - 8, 8);
        _ = EraseBlock(script, 0);
        ProgramWord(script, 0x100, 0x1234_5678).Read(0x100).Read(0x104);
        ProgramWord(script, Block, 0);
        var comparison = new DeviceComparison(bank0);
        comparison.Run(script);
        comparison.Run(Query());
        comparison.AssertAgreement();
    }

    private static OurMachine Machine(ulong address, CfiFlash flash)
    {
        var machine = new OurMachine();
        machine.Bus.MapDevice(address, machine.Own(flash));
        return machine;
    }

    private static bool IsStatus(StepResult result, uint status) => result.Value is var v && (v == status || v == status * BothChips || v == status * 0x0001_0001_0001_0001ul);

    private static DeviceScript Command(DeviceScript script, ulong offset, uint command) => script.Write(offset, command * BothChips);

    private static DeviceScript ReadArray(DeviceScript script) => Command(script, 0, 0xff);

    private static DeviceScript ReadWidely(DeviceScript script, ulong offset)
    {
        foreach (int size in (int[])[1, 2, 4, 8])
        {
            for (ulong i = 0; i < 8; i += (ulong)size)
            {
                script.Read(offset + i, size);
            }
        }

        return script;
    }

    private static DeviceScript ProgramWord(DeviceScript script, ulong offset, ulong value, int size = 4)
    {
        Command(script, offset & ~3ul, 0x40).Write(offset, value, size).Read(offset, size);
        return ReadArray(script).Read(offset, size);
    }

    private static DeviceScript EraseBlock(DeviceScript script, ulong offset)
    {
        Command(Command(script, offset, 0x20), offset, 0xd0).Read(offset);
        return ReadArray(script).Read(offset);
    }

    private static DeviceScript BufferedWrite(DeviceScript script, ulong countAt, ulong offset, params IReadOnlyList<uint> words)
    {
        Command(script, countAt, 0xe8).Read(countAt);
        Command(script, countAt, (uint)words.Count - 1).Read(countAt);
        for (int i = 0; i < words.Count; i++)
        {
            script.Write(offset + (4 * (ulong)i), words[i]);
        }

        Command(script.Read(countAt), countAt, 0xd0).Read(countAt);
        ReadArray(script);
        for (int i = -1; i <= words.Count; i++)
        {
            script.Read(offset + (ulong)(4 * i));
        }

        return script;
    }

    private static DeviceScript Query()
    {
        var script = new DeviceScript("CFI query");
        foreach (ulong command in (ulong[])[0, 0x154, Block + 0x154])
        {
            Command(script, command, 0x98);
            for (ulong offset = 0; offset < 0x200; offset += 4)
            {
                script.Read(offset);
            }

            ReadWidely(script, 0x40);
            ReadWidely(script, 0x9c);
            ReadArray(script.Read(Block).Read(Block + 0x40)).Read(0x40);
        }

        return script;
    }

    private static DeviceScript Identifier()
    {
        var script = Command(new DeviceScript("identifier"), 0, 0x90);
        foreach (ulong block in (ulong[])[0, Block, 255 * Block])
        {
            for (ulong offset = 0; offset < 0x40; offset += 4)
            {
                script.Read(block + offset);
            }

            ReadWidely(script, block);
            script.Read(block + 0x400).Read(block + 0x404);
        }

        return ReadArray(script).Read(0);
    }

    // Every command byte that QEMU takes in one cycle, or does not know.
    private static DeviceScript StatusAndSimpleCommands()
    {
        var script = new DeviceScript("status and single-cycle commands");
        EraseBlock(script, 0);
        for (uint command = 0; command <= 0xff; command++)
        {
            if (command is 0x10 or 0x20 or 0x40 or 0x60 or 0x98 or 0xe8 or 0x50)
            {
                continue; // these have scripts of their own
            }

            ReadArray(ReadWidely(Command(script, 0, command), 8));
            ReadArray(script.Write(0x1003, command, 1).Read(0x1000));
        }

        return script;
    }

    private static DeviceScript ProgramAndErase()
    {
        var script = new DeviceScript("program and erase");
        EraseBlock(script, Block);
        foreach (int size in (int[])[1, 2, 4])
        {
            for (ulong i = 0; i < 8; i += (ulong)size)
            {
                ProgramWord(script, Block + ((ulong)size * 0x100) + i, 0x1122_3344u + i, size);
            }
        }

        Command(script, Block + 0x800, 0x10).Write(Block + 0x800, 0xcafe).Read(0);
        ReadArray(script).Read(Block + 0x800).Read(Block + 0x7fc).Read(Block + 0x804);
        EraseBlock(script, Block + 0x1234 * 4);
        return script.Read(Block + 0x100).Read(Block + 0x800).Read(Block - 4).Read((2 * Block) - 4).Read(2 * Block);
    }

    private static DeviceScript BufferedWrites()
    {
        var script = new DeviceScript("buffered writes");
        EraseBlock(script, 0);
        BufferedWrite(script, 0x1000, 0x1000, 1);
        BufferedWrite(script, 0x2000, 0x2004, 1, 2, 3);
        BufferedWrite(script, 0x2800, 0x2800, [.. Enumerable.Range(0, 512).Select(i => (uint)i * 0x0003_0007)]);

        // As U-Boot does it, which takes the two chips for one: to the last byte of the block.
        const ulong start = Block - QemuWindow;
        script.Write(start, 0xe8, 2).Read(start, 2).Write(start, 1023, 2).Read(start, 2);
        for (ulong i = 0; i < QemuWindow; i += 2)
        {
            script.Write(start + i, i * 3, 2);
        }

        ReadArray(script.Read(start, 2).Write(start, 0xd0, 2).Read(start, 2));
        for (ulong i = 0; i <= QemuWindow; i += 8)
        {
            script.Read(start + i, 8);
        }

        return script;
    }

    private static DeviceScript ClearStatus()
    {
        var script = Command(Command(new DeviceScript("clear status"), 0, 0x50).Read(0), 0, 0x70);
        return ReadWidely(script, 0);
    }

    private static DeviceScript ProgramWithoutErase()
    {
        var script = new DeviceScript("program without erase");
        EraseBlock(script, 0);
        ProgramWord(script, 0, 0x0fff_1234);
        return ProgramWord(script, 0, 0xf0f0_ffff);
    }

    private static DeviceScript EraseWithoutConfirmation()
    {
        var script = Command(new DeviceScript("erase without confirmation"), 0, 0x20);
        return ReadArray(Command(script, 0, 0x00).Read(0)).Read(0);
    }

    private static DeviceScript Locks()
    {
        var script = new DeviceScript("locks");
        EraseBlock(script, 0);
        Command(Command(script, 0, 0x60).Read(0), 0, 0x01).Read(0);
        Command(script, 0, 0x90).Read(8).Read(Block + 8);
        ProgramWord(ReadArray(script), 0, 0);
        Command(Command(script, 0, 0x60), 0, 0xd0).Read(0);
        Command(script, 0, 0x90).Read(8);
        return ReadArray(script);
    }

    private static DeviceScript CommandsInQueryMode()
    {
        var script = Command(Command(new DeviceScript("commands in query mode"), 0, 0x98), 0, 0x90).Read(0);
        return ReadArray(script).Read(0);
    }

    private static DeviceScript BufferedWriteAsUBootDoes()
    {
        var script = new DeviceScript("buffered write with its count at the block's start");
        EraseBlock(script, 0);
        return BufferedWrite(script, 0, 0x8000, 1, 2, 3, 4);
    }

    private static DeviceScript BufferedWriteAsEdk2Does()
    {
        var script = new DeviceScript("buffered write confirmed at the bank's start");
        EraseBlock(script, Block);
        Command(Command(script, Block, 0xe8), Block, 0).Write(Block, 0x1234);
        return ReadArray(Command(script, 0, 0xd0).Read(0)).Read(Block);
    }

    private static IEnumerable<DeviceScript> BrokenBufferedWrites()
    {
        var script = new DeviceScript("broken buffered write: too long");
        EraseBlock(script, 0);
        yield return ReadArray(Command(Command(script, 0, 0xe8), 0, 0x400).Read(0)).Read(0);

        script = new DeviceScript("broken buffered write: not confirmed");
        EraseBlock(script, 0);
        Command(Command(script, 0, 0xe8), 0, 0).Write(0x20, 0x1234);
        yield return ReadArray(Command(script, 0, 0xff).Read(0)).Read(0x20);
    }

    // What drivers do, in random order and places: what both machines must do alike.
    private static DeviceScript RandomOperations(int index)
    {
        TestContext.Out.WriteLine($"flash: random script {index}, seed {ScriptBuilder.Seed}");
        var random = new Random(ScriptBuilder.Seed + index);
        var script = new DeviceScript($"random operations {index}");
        ulong[] blocks = [0, Block, 128 * Block, 255 * Block];
        Dictionary<ulong, byte> programmed = [];
        foreach (ulong block in blocks)
        {
            EraseBlock(script, block);
        }

        for (int i = 0; i < 400; i++)
        {
            ulong block = blocks[random.Next(blocks.Length)];
            ulong offset = block + ((ulong)random.Next(0x100) * 4);
            switch (random.Next(8))
            {
                case 0:
                    EraseBlock(script, offset);
                    foreach (ulong key in programmed.Keys.Where(k => k / Block == block / Block).ToArray())
                    {
                        programmed.Remove(key);
                    }

                    break;
                case 1 or 2 or 3:
                    int size = 1 << random.Next(3);
                    offset += (ulong)(random.Next(4) & ~(size - 1));
                    ProgramWord(script, offset, NewBits(offset, size), size);
                    break;
                case 4:
                    ulong windowEnd = (offset | (QemuWindow - 1)) + 1;
                    int words = random.Next(1, (int)((windowEnd - offset) / 4) + 1);
                    BufferedWrite(script, offset, offset, [.. Enumerable.Range(0, words).Select(w => NewBits(offset + (4 * (ulong)w), 4))]);
                    break;
                case 5:
                    ReadArray(ReadWidely(Command(script, offset, 0x98), (ulong)random.Next(0x60) * 4));
                    break;
                case 6:
                    ReadArray(ReadWidely(Command(script, offset, 0x90), block + ((ulong)random.Next(4) * 4)));
                    break;
                default:
                    ReadWidely(script, offset & ~7ul);
                    break;
            }
        }

        foreach (ulong block in blocks)
        {
            for (ulong offset = 0; offset < 0x1000; offset += 8)
            {
                script.Read(block + offset, 8);
            }
        }

        return script;

        // Clears bits of what is there, as programming can.
        uint NewBits(ulong offset, int size)
        {
            uint value = 0;
            for (int i = 0; i < size; i++)
            {
                byte bits = (byte)(programmed.GetValueOrDefault(offset + (ulong)i, (byte)0xff) & random.Next(256));
                programmed[offset + (ulong)i] = bits;
                value |= (uint)bits << (8 * i);
            }

            return value;
        }
    }
}
