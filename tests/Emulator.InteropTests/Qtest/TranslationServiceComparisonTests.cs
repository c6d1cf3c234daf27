using System.Buffers.Binary;
using Emulator.Interrupts;
using Emulator.Memory;

namespace Emulator.InteropTests.Qtest;

/// <summary>
/// Our translation service and QEMU's: their registers, and what commands in a queue do to LPIs. What is pending shows itself in a redistributor's pending table once LPIs are
/// disabled, which on QEMU is where it always was.
/// </summary>
internal sealed class TranslationServiceComparisonTests
{
    private const ulong ServiceAddress = 0x0808_0000;
    private const ulong RedistributorAddress = 0x080a_0000;
    private const ulong RedistributorLength = 0x2_0000;
    private const ulong Ram = 0x4000_0000;
    private const int RamLength = 0x100_0000;
    private const int Cpus = 3;

    private const ulong Valid = 1ul << 63;
    private const ulong Queue = Ram;
    private const ulong Devices = Ram + 0x10_0000;
    private const ulong Collections = Ram + 0x20_0000;
    private const ulong Configuration = Ram + 0x30_0000;
    private const ulong Pending = Ram + 0x40_0000;
    private const ulong InterruptTables = Ram + 0x50_0000;

    private static readonly NamedRegister[] s_registers = [.. ScriptBuilder.RegistersOf(GicTranslationService.Registers).Where(r => r.Name != "GITS_TRANSLATER").Select(Describe)];

    internal static ComparedDevice Device => new()
    {
        Name = "GIC translation service",
        Address = ServiceAddress,
        Registers = s_registers,
        WatchesInterrupts = false,
        Create = () => Create(),
        KnownDifferences =
        [
            ScriptBuilder.ReservedBitsAreKept(s_registers),
            new(
                "GITS_TYPER tells of 17 bits of device ids, so that the virtio-mmio transports have some behind PCI's, and of 8 bytes for an interrupt. QEMU has 16 bits and 12 bytes.",
                d => d.Register == "GITS_TYPER" && (d.Ours.Value ^ d.Theirs.Value) is 0x2_e0c0 or 0x1_e0c0 or 0xe0c0 or 0x3_e0c0),
        ],
    };

    [Test]
    public void RegistersAgree()
    {
        var comparison = new DeviceComparison(Device);
        foreach (DeviceScript script in ScriptBuilder.All(Device))
        {
            comparison.Run(script);
        }

        comparison.AssertAgreement();
    }

    // Random commands with small numbers, right and wrong ones; then the pending tables must be alike.
    [Test]
    public void CommandsLeaveTheSameInterruptsPending([Range(0, 5)] int index)
    {
        TestContext.Out.WriteLine($"commands {index}, seed {ScriptBuilder.Seed}");
        GicTranslationCommand[] commands = [.. Setup(), .. RandomCommands(new Random(ScriptBuilder.Seed + index), 400)];
        using OurMachine machine = Create();
        using var qemu = new QtestClient("-smp", $"{Cpus}");

        byte[] ours = Perform(
            commands,
            (address, size, value) => machine.Bus.Write(address, value, size, BusInitiator.Cpu(0), secure: false),
            (address, bytes) => machine.Bus.TryWriteMemory(address, bytes, secure: false),
            (address, size) => machine.Bus.Read(address, size, BusInitiator.Cpu(0), secure: false).Value,
            (address, bytes) => machine.Bus.TryReadMemory(address, bytes, secure: false));
        byte[] theirs = Perform(
            commands,
            qemu.Write,
            (address, bytes) => qemu.WriteMemory(address, bytes),
            qemu.Read,
            (address, bytes) => qemu.ReadMemory(address, bytes.Length).CopyTo(bytes, 0));

        Assert.That(Describe(ours), Is.EqualTo(Describe(theirs)));
        Assert.That(ours.Any(b => b != 0), Is.True, "nothing is pending, so that nothing was compared");
    }

    private static NamedRegister Describe(NamedRegister register) => register.Name switch
    {
        // Enabling needs memory behind the tables, see the other test. GITS_CREADR takes writes on QEMU.
        "GITS_CTLR" => register with { Writable = 0 },
        "GITS_CREADR" => register with { Width = 8, Count = 1, Writable = 0, Reserved = 0xf_ffe0 },
        "GITS_TYPER" => register with { Width = 8, Count = 1 },
        "GITS_CBASER" => register with { Width = 8, Count = 1, Writable = 0xb8ef_ffff_ffff_fcff, Reserved = 0x4710_0000_0000_0300 },
        "GITS_CWRITER" => register with { Width = 8, Count = 1, Writable = 0xf_ffe0, Reserved = 0xffff_ffff_fff0_001e },
        "GITS_BASER" => register with { Width = 8, Count = 8 },
        _ => register,
    };

    private static IEnumerable<GicTranslationCommand> Setup()
    {
        for (uint cpu = 0; cpu < Cpus; cpu++)
        {
            yield return new(GicTranslationCommand.Mapc, 0, cpu | (cpu << 16) | Valid, 0);
        }

        for (uint device = 0; device < 4; device++)
        {
            yield return new(GicTranslationCommand.Mapd | ((ulong)device << 32), 4, (InterruptTables + (0x1000 * (ulong)device)) | Valid, 0);
            for (uint eventId = 0; eventId < 20; eventId++)
            {
                yield return new(GicTranslationCommand.Mapti | ((ulong)device << 32), eventId | ((8192ul + (40 * device) + eventId) << 32), eventId % Cpus, 0);
            }
        }
    }

    private static IEnumerable<GicTranslationCommand> RandomCommands(Random random, int count)
    {
        byte[] numbers =
        [
            GicTranslationCommand.Int, GicTranslationCommand.Int, GicTranslationCommand.Int, GicTranslationCommand.Clear, GicTranslationCommand.Movi,
            GicTranslationCommand.Discard, GicTranslationCommand.Mapti, GicTranslationCommand.Inv, GicTranslationCommand.Sync, GicTranslationCommand.Invall, 0x42,
        ];
        for (int i = 0; i < count; i++)
        {
            byte number = numbers[random.Next(numbers.Length)];
            ulong device = (ulong)random.Next(5);
            ulong eventId = (ulong)random.Next(34);

            // Each event keeps its own interrupt, as software has it.
            ulong id = 8192 + (40 * device) + eventId;
            yield return new(number | (device << 32), eventId | (number == GicTranslationCommand.Mapti ? id << 32 : 0), (ulong)random.Next(Cpus + 1), 0);
        }
    }

    private static byte[] Perform(
        GicTranslationCommand[] commands,
        Action<ulong, int, ulong> write,
        Action<ulong, byte[]> writeMemory,
        Func<ulong, int, ulong> read,
        Action<ulong, byte[]> readMemory)
    {
        byte[] configuration = new byte[0x1000];
        configuration.AsSpan().Fill(0xa1);
        writeMemory(Configuration, configuration);
        for (ulong cpu = 0; cpu < Cpus; cpu++)
        {
            ulong redistributor = RedistributorAddress + (cpu * RedistributorLength);
            write(redistributor + 0x70, 8, Configuration | 15);
            write(redistributor + 0x78, 8, Pending + (cpu * 0x1_0000));
            write(redistributor, 4, 1);
        }

        write(ServiceAddress + 0x100, 8, Valid | (2 << 8) | Devices | 15);
        write(ServiceAddress + 0x108, 8, Valid | (2 << 8) | Collections);
        write(ServiceAddress + 0x80, 8, Valid | Queue | 15);
        write(ServiceAddress, 4, 1);
        byte[] bytes = new byte[GicTranslationCommand.Length * commands.Length];
        for (int i = 0; i < commands.Length; i++)
        {
            Span<byte> command = bytes.AsSpan(GicTranslationCommand.Length * i);
            BinaryPrimitives.WriteUInt64LittleEndian(command, commands[i].First);
            BinaryPrimitives.WriteUInt64LittleEndian(command[8..], commands[i].Second);
            BinaryPrimitives.WriteUInt64LittleEndian(command[16..], commands[i].Third);
            BinaryPrimitives.WriteUInt64LittleEndian(command[24..], commands[i].Fourth);
        }

        writeMemory(Queue, bytes);
        write(ServiceAddress + 0x88, 8, (ulong)bytes.Length);
        Assert.That(read(ServiceAddress + 0x90, 8), Is.EqualTo((ulong)bytes.Length), "GITS_CREADR");
        byte[] pending = new byte[Cpus * 0x1_0000];
        for (ulong cpu = 0; cpu < Cpus; cpu++)
        {
            write(RedistributorAddress + (cpu * RedistributorLength), 4, 0);
        }

        readMemory(Pending, pending);
        return pending;
    }

    private static IEnumerable<string> Describe(byte[] pending) =>
        from cpu in Enumerable.Range(0, Cpus)
        from id in Enumerable.Range(8192, 57_344)
        where ((pending[(cpu * 0x1_0000) + (id / 8)] >> (id % 8)) & 1) != 0
        select $"LPI {id} at CPU {cpu}";

    private static OurMachine Create()
    {
        var machine = new OurMachine();
        machine.Bus.MapRam(Ram, machine.Own(new GuestRam("ram", RamLength, RamMode.Private)));
        var gic = new GicV3(new GicV3Options { CpuCount = Cpus }, machine.Unimplemented, new DmaView(machine.Bus, BusInitiator.Host));
        machine.Bus.MapDevice(ServiceAddress, gic.TranslationService!);
        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            machine.Bus.MapDevice(RedistributorAddress + ((ulong)cpu * RedistributorLength), gic.Redistributor(cpu));
        }

        return machine;
    }
}
