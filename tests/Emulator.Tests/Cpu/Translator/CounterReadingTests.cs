using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Cpu.Translator;
using Emulator.Interrupts;
using Emulator.Tests.Cpu.FastForward;
using Emulator.Tests.Rules;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>Generated code reads the system counter by itself: each reading must be the interpreter's, and whatever traps or shifts it must take effect at the next one.</summary>
internal sealed unsafe class CounterReadingTests
{
    private const int Rounds = 1000;
    private const int Stops = 23;

    // MSR (register) and MRS have these names' encodings.
    private static readonly ushort Frequency = SystemRegisterAccess.Encode(3, 3, 14, 0, 0);
    private static readonly ushort PhysicalCount = SystemRegisterAccess.Encode(3, 3, 14, 0, 1);
    private static readonly ushort KernelControl = SystemRegisterAccess.Encode(3, 0, 14, 1, 0);
    private static readonly ushort HypervisorControl = SystemRegisterAccess.Encode(3, 4, 14, 1, 0);
    private static readonly ushort VirtualOffset = SystemRegisterAccess.Encode(3, 4, 14, 0, 3);
    private static readonly ushort HypervisorConfiguration = SystemRegisterAccess.Encode(3, 4, 1, 1, 0);

    [Test]
    public void EachReadingIsTheInterpreters([Values(1, 3, 16)] int nanosecondsPerInstruction, [Values] bool fastForward)
    {
        GuestAssembler guest = new GuestAssembler().Load(20, GuestMachine.DataBase).Load(5, Rounds);
        int loop = guest.Here;
        _ = ReadAll(guest).Nop().ReadSystemRegister(6, PhysicalCount).AddRegister(1, 1, 6).SubtractSetFlags(5, 5, 1).BranchNotEqual(loop);
        TranslationStatistics statistics = Compare(guest.Branch(0), new MachineSettings { NanosecondsPerInstruction = nanosecondsPerInstruction, FastForward = fastForward });
        if (!fastForward)
        {
            Assert.That(statistics.Exits["interpret"], Is.LessThan(Rounds));
        }
    }

    [Test]
    public void CountsGoOnFromWhereIdleTimeHasBroughtThem()
    {
        GuestAssembler guest = new GuestAssembler().Load(20, GuestMachine.DataBase);
        Rule1RetirementTests.EnableVirtualTimer(guest, compare: 0);
        int loop = guest.Here;
        _ = ReadAll(guest).ReadSystemRegister(0, GuestMachine.VirtualCount).Add(0, 0, 700).WriteSystemRegister(GuestMachine.VirtualTimerCompare, 0).WaitForInterrupt();
        _ = ReadAll(guest).Branch(loop);
        _ = Compare(guest, new MachineSettings(), mostlyIdle: true);
    }

    [Test]
    public void AUserIsTrappedAsTheKernelWants()
    {
        // What traps is left out; each exception changes what may be read next.
        GuestAssembler vectors = Handler(0x400, elr: SystemRegisterAccess.Encode(3, 0, 4, 0, 1), KernelControl, null);
        GuestAssembler guest = new GuestAssembler().Load(20, GuestMachine.DataBase).Load(0, GuestMachine.VectorBase)
            .WriteSystemRegister(GuestMachine.VectorBaseAddress, 0).Load(0, 0x3c0).WriteSystemRegister(SystemRegisterAccess.Encode(3, 0, 4, 0, 0), 0);
        guest = EnterBehind(guest, SystemRegisterAccess.Encode(3, 0, 4, 0, 1));
        int loop = guest.Here;
        _ = ReadAll(ReadAll(guest).SupervisorCall().Nop()).Branch(loop);
        _ = Compare(guest, new MachineSettings(), vectors: vectors);
    }

    [Test]
    public void AKernelIsTrappedAndShiftedAsTheHypervisorWants([Values("cortex-a57", "max")] string cpu)
    {
        GuestAssembler vectors = Handler(0x400, elr: SystemRegisterAccess.Encode(3, 4, 4, 0, 1), HypervisorControl, VirtualOffset);
        GuestAssembler guest = new GuestAssembler().Load(20, GuestMachine.DataBase).Load(0, GuestMachine.VectorBase)
            .WriteSystemRegister(SystemRegisterAccess.Encode(3, 4, 12, 0, 0), 0).Load(0, 0x3c5).WriteSystemRegister(SystemRegisterAccess.Encode(3, 4, 4, 0, 0), 0)
            .Load(0, 1UL << 31).WriteSystemRegister(HypervisorConfiguration, 0);
        guest = EnterBehind(guest, SystemRegisterAccess.Encode(3, 4, 4, 0, 1));
        int loop = guest.Here;
        _ = ReadAll(ReadAll(guest).HypervisorCall().Nop()).Branch(loop);
        _ = Compare(guest, new MachineSettings(), new BoardOptions { MemorySize = 16.MiB(), CpuModel = cpu, ExceptionLevel = 2 }, vectors);
    }

    [Test]
    public void AHostsVirtualCountHasNoOffset()
    {
        // HCR_EL2.E2H is switched in each round, CNTVOFF_EL2 written in each.
        GuestAssembler guest = new GuestAssembler().Load(20, GuestMachine.DataBase).Load(7, 1UL << 31).Load(8, 1UL << 34);
        int loop = guest.Here;
        _ = ReadAll(guest).ExclusiveOr(7, 7, 8).WriteSystemRegister(HypervisorConfiguration, 7).Add(9, 9, 77);
        _ = ReadAll(guest).WriteSystemRegister(VirtualOffset, 9);
        _ = ReadAll(guest).Branch(loop);
        _ = Compare(guest, new MachineSettings(), new BoardOptions { MemorySize = 16.MiB(), CpuModel = "max", ExceptionLevel = 2 });
    }

    private static GuestAssembler ReadAll(GuestAssembler guest) => guest
        .ReadSystemRegister(0, GuestMachine.VirtualCount).AddRegister(1, 1, 0).Isb()
        .ReadSystemRegister(2, PhysicalCount).AddRegister(3, 3, 2).StoreDoubleword(2, 20)
        .ReadSystemRegister(16, Frequency).AddRegister(4, 4, 16)
        .ReadSystemRegister(17, GuestMachine.VirtualCount).AddRegister(1, 1, 17)
        .ReadSystemRegister(GuestAssembler.Zero, PhysicalCount);

    // At an offset in the table of vectors: another value for a control, and for an offset, then on behind the instruction.
    private static GuestAssembler Handler(int offset, ushort elr, ushort control, ushort? shift)
    {
        GuestAssembler vectors = new();
        while (vectors.Here < offset / 4)
        {
            _ = vectors.Nop();
        }

        _ = vectors.Add(11, 11, 1).WriteSystemRegister(control, 11);
        if (shift is { } register)
        {
            _ = vectors.WriteSystemRegister(register, 11);
        }

        return vectors.ReadSystemRegister(12, elr).Add(12, 12, 4).WriteSystemRegister(elr, 12).ExceptionReturn();
    }

    // ERET to what follows.
    private static GuestAssembler EnterBehind(GuestAssembler guest, ushort elr)
    {
        int behind = guest.Here + 6;
        _ = guest.Load(0, GuestMachine.CodeBase + ((ulong)behind * 4)).WriteSystemRegister(elr, 0).ExceptionReturn();
        Assert.That(guest.Here, Is.LessThanOrEqualTo(behind));
        while (guest.Here < behind)
        {
            _ = guest.Nop();
        }

        return guest;
    }

    private static TranslationStatistics Compare(GuestAssembler guest, MachineSettings settings, BoardOptions? options = null, GuestAssembler? vectors = null, bool mostlyIdle = false)
    {
        if (TranslationEngine.TryCreate(new TranslationOptions { CacheSize = 1 << 20, Threshold = 1 }) is not { } engine)
        {
            Assert.Ignore("no translator on this host");
            throw new InvalidOperationException();
        }

        using Machine translated = GuestMachine.Create(guest, options, vectors, settings, engine);
        using Machine interpreted = GuestMachine.Create(guest, options, vectors, settings);
        for (int stop = 1; stop <= Stops; stop++)
        {
            var limits = new RunLimits { MaxInstructions = stop * 1709 };
            Assert.That(translated.Run(limits), Is.EqualTo(interpreted.Run(limits)));
            PollingLoops.AssertSame(translated, interpreted);
            Assert.That(translated.Statistics.Skipped, Is.EqualTo(interpreted.Statistics.Skipped));
        }

        Assert.That(translated.Clock.Now.Nanoseconds, mostlyIdle ? Is.GreaterThan(2 * Stops * 1709) : Is.EqualTo((long)Stops * 1709 * settings.NanosecondsPerInstruction));
        return translated.Statistics.Translation;
    }
}
