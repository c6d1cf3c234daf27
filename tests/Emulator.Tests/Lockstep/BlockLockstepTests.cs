using Emulator.Boards;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator;
using Emulator.Tests.Rules;

namespace Emulator.Tests.Lockstep;

/// <summary>The translator, with an interpreter that follows it from block to block: no difference where there is none, a planted mistake at its very instruction.</summary>
internal sealed unsafe class BlockLockstepTests
{
    private const uint CountDown = 0xf100_0484;
    private const uint LoadExclusive = 0xc85f_7c85;
    private const uint StoreExclusive = 0xc807_7c85;
    private const uint Sev = 0xd503_209f;
    private const uint Wfe = 0xd503_205f;
    private const int StartIndex = 100;

    [Test]
    public void TranslatedCodeRunsToTheEndWithoutADifference()
    {
        using Machine machine = Create(Interrupted());

        StopReason reason = machine.RunFor(200_000);

        Assert.That(machine.Divergence, Is.Null);
        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(machine.Statistics.Translation.Blocks, Is.GreaterThan(1));
        Assert.That(machine.Lockstep!.Comparisons, Is.GreaterThan(1000));
    }

    [Test]
    public void CallsAreFollowedAlsoWhereBranchesHaveTypes([Values("cortex-a57", "max")] string cpu)
    {
        const uint branchWithLinkToX9 = 0xd63f_0120;
        const uint ret = 0xd65f_03c0;
        var guest = new GuestAssembler().Load(9, GuestMachine.CodeBase + 0x200).Load(10, GuestMachine.CodeBase + 0x300);
        int outer = guest.Here;
        _ = guest.Load(4, 3);
        int loop = guest.Here;
        _ = guest.Word(branchWithLinkToX9).Word(0xd63f_0140).Word(CountDown).BranchNotEqual(loop).ReadSystemRegister(11, GuestMachine.VirtualCount).Branch(outer);
        while (guest.Here < 0x80)
        {
            _ = guest.Nop();
        }

        _ = guest.Add(5, 5, 1).Word(ret);
        while (guest.Here < 0xc0)
        {
            _ = guest.Nop();
        }

        _ = guest.ReadSystemRegister(12, GuestMachine.VirtualCount).Word(ret);
        using Machine machine = Create(guest, cpu: cpu);

        _ = machine.RunFor(100_000);

        Assert.That(machine.Divergence, Is.Null);
        Assert.That(machine.Register(5), Is.GreaterThan(5000));
    }

    [Test]
    public void LockstepChangesNothingThatTheGuestSees()
    {
        using Machine alone = Create(Interrupted(), followed: false);
        using Machine led = Create(Interrupted());

        _ = alone.RunFor(50_000);
        _ = led.RunFor(50_000);

        Assert.That(led.Console.Transcript, Is.EqualTo(alone.Console.Transcript).And.Not.Empty);
        Assert.That(led.Statistics.Interrupts, Is.EqualTo(alone.Statistics.Interrupts).And.GreaterThan(10));
        Assert.That(led.Clock.Now, Is.EqualTo(alone.Clock.Now));
        Assert.That(led.DescribeState(), Is.EqualTo(alone.DescribeState()));
    }

    [Test]
    public void AWrongResultIsFoundBehindTheInstructionThatHasIt([Values(0, 1, 5)] int position)
    {
        const int marked = 0x123;
        var guest = new GuestAssembler().Load(4, 100_000);
        int loop = guest.Here;
        for (int i = 0; i < 6; i++)
        {
            _ = guest.Add(i + 5, i + 5, i == position ? marked : 1);
        }

        _ = guest.Word(CountDown).BranchNotEqual(loop).Stop();
        using Machine machine = Create(guest, mistake: (ref DecodedOperation o) => o.Immediate += IsOf(o, A64Opcode.AddImmediate) && o.Immediate == marked ? 1u : 0);

        AssertFound(machine, loop + position, "add", $"X{position + 5}");
    }

    [Test]
    public void AStoreToTheWrongPlaceIsFound()
    {
        (GuestAssembler guest, int loop) = StoringLoop();
        using Machine machine = Create(guest, mistake: (ref DecodedOperation o) => o.Immediate += IsOf(o, A64Opcode.StoreRegisterUnsignedOffset) ? 8u : 0);

        AssertFound(machine, loop + 1, "str", "ram");
    }

    [Test]
    public void AStoreThatTheFollowerDoesNotMakeIsFoundWhenMemoryIsCompared()
    {
        // What is stored stands there already, so that nothing is missing; but where the leader stores, something else was.
        var guest = new GuestAssembler().Load(2, GuestMachine.DataBase).Load(4, 1000).Load(3, 0x55).StoreDoubleword(3, 2, 8);
        int loop = guest.Here;
        _ = guest.StoreDoubleword(31, 2).Word(CountDown).BranchNotEqual(loop).Stop();
        using Machine machine = Create(guest, mistake: (ref DecodedOperation o) => o.Immediate += IsOf(o, A64Opcode.StoreRegisterUnsignedOffset) && o.Rd == 32 ? 8u : 0);

        Assert.That(machine.RunFor(3000), Is.EqualTo(StopReason.Divergence));
        Assert.That(machine.Lockstep!.Divergence!.Differences.Single(), Is.EqualTo(
            new Emulator.Lockstep.StateDifference($"ram+0x{GuestMachine.DataBase - GuestMachine.RamBase + 8:x}", "0000000000000000", "5500000000000000")));
        Assert.That(machine.Divergence, Does.Contain("the leader alone"));
        Assert.That(machine.RunFor(1), Is.EqualTo(StopReason.Divergence));
    }

    [Test]
    public void ABranchThatGoesTheWrongWayIsFound()
    {
        var guest = new GuestAssembler().Load(4, 1000);
        int loop = guest.Here;
        _ = guest.Add(5, 5, 1).Word(0x3600_0045).Add(6, 6, 1).AddRegister(7, 7, 6).Word(CountDown).BranchNotEqual(loop).Stop();
        using Machine machine = Create(guest, mistake: (ref DecodedOperation o) => o.A ^= IsOf(o, A64Opcode.TestBitAndBranchZero) ? (byte)1 : (byte)0);

        AssertFound(machine, loop + 1, "tbz", "PC");
    }

    [Test]
    public void AMistakeThatAnInstructionByItselfHasNotIsFoundAtItsBlock()
    {
        (GuestAssembler guest, int loop) = StoringLoop();
        var seen = new HashSet<int>();
        using Machine machine = Create(
            guest, mistake: (ref DecodedOperation o) => o.Immediate += IsOf(o, A64Opcode.AddImmediate) && o.Rn == 2 && seen.Add(o.PageIndex) ? 1u : 0);

        Assert.That(machine.RunFor(100_000), Is.EqualTo(StopReason.Divergence));
        Assert.That(machine.Lockstep!.Divergence!.Address, Is.InRange(GuestMachine.CodeBase + (4 * (ulong)loop), GuestMachine.CodeBase + (4 * (ulong)guest.Here)));
        Assert.That(machine.Lockstep.Divergence.Differences.Select(d => d.Name), Has.Some.EqualTo("X2"));
        Assert.That(machine.Divergence, Does.Contain("by itself"));
    }

    [Test]
    public void AMistakeOfARegionAloneIsFound()
    {
        // The block is right. The loop around it, which is translated when it has turned out to be hot, is not.
        var guest = new GuestAssembler().Load(8, 1).Load(9, 2).Load(10, 3).Load(4, 100_000);
        int loop = guest.Here;
        _ = guest.AddRegister(8, 8, 9).AddRegister(9, 9, 10).AddRegister(10, 10, 8).Word(CountDown).BranchNotEqual(loop).Stop();
        var seen = new HashSet<int>();
        using Machine machine = Create(
            guest, mistake: (ref DecodedOperation o) => o.Rm = IsOf(o, A64Opcode.AddShiftedRegister) && o.Rd == 9 && !seen.Add(o.PageIndex) ? o.Rd : o.Rm);

        AssertFound(machine, loop + 1, "add", "X9");
        Assert.That(machine.Statistics.Translation.Regions, Is.EqualTo(1));
    }

    [Test]
    public void CpusThatTakeTurnsAreFollowed([Values] bool hasMistake)
    {
        // CPU 0 switches CPU 1 on by PSCI; both count in one place by exclusives, with calls and waits for events between.
        GuestAssembler guest = new GuestAssembler()
            .Load(0, 0xc400_0003).Load(1, 1).Load(2, GuestMachine.CodeBase + 0x1000).Load(3, 0).HypervisorCall()
            .Load(4, GuestMachine.DataBase);
        CountForEver(guest, 0x11, Sev);
        GuestAssembler second = new GuestAssembler().Load(4, GuestMachine.DataBase);
        int loop = CountForEver(second, 0x22, Wfe);
        using Machine machine = Create(
            guest, cpus: 2, mistake: hasMistake ? (ref DecodedOperation o) => o.Immediate += IsOf(o, A64Opcode.AddImmediate) && o.Immediate == 0x22 ? 1u : 0 : null);
        machine.Ram.Write(GuestMachine.CodeBase - GuestMachine.RamBase + 0x1000, second.ToBytes());

        StopReason reason = machine.RunFor(500_000);

        Assert.That(reason, Is.EqualTo(hasMistake ? StopReason.Divergence : StopReason.MaxInstructions), machine.Divergence);
        Assert.That(machine.Lockstep!.Divergence?.Address, Is.EqualTo(hasMistake ? GuestMachine.CodeBase + 0x1000 + (4 * ((ulong)loop + 3)) : null));
        Assert.That(machine.Statistics.Cpus[1].Instructions, Is.GreaterThan(hasMistake ? 1 : 50));

        static int CountForEver(GuestAssembler guest, int step, uint hint)
        {
            int loop = guest.Here;
            _ = guest.Word(LoadExclusive).Add(5, 5, 1).Word(StoreExclusive).Add(6, 6, step).Word(hint).Branch(loop);
            return loop;
        }
    }

    private static bool IsOf(in DecodedOperation operation, A64Opcode opcode) => operation.Opcode == (ushort)opcode;

    private static void AssertFound(Machine machine, int index, string mnemonic, string difference)
    {
        ulong address = GuestMachine.CodeBase + (4 * (ulong)index);

        Assert.That(machine.RunFor(1_000_000), Is.EqualTo(StopReason.Divergence));
        Assert.That(machine.Lockstep!.Divergence!.Address, Is.EqualTo(address), machine.Divergence);
        Assert.That(machine.Lockstep.Divergence.Differences.Single().Name, Does.StartWith(difference), machine.Divergence);
        Assert.That(machine.Divergence, Does.Contain($"PC 0x{address:x16}").And.Contain(mnemonic).And.Contain("interpreter").And.Contain("jit"));
    }

    // A loop that fills 4 KiB of doublewords with a counter.
    private static (GuestAssembler Guest, int Loop) StoringLoop()
    {
        var guest = new GuestAssembler().Load(2, GuestMachine.DataBase).Load(4, 500);
        int loop = guest.Here;
        _ = guest.Add(7, 7, 3).StoreDoubleword(7, 2, 16).Add(2, 2, 8).Word(CountDown).BranchNotEqual(loop).Stop();
        return (guest, loop);
    }

    // Inner loops, the UART, the counter, and the timer's interrupt.
    private static GuestAssembler Interrupted()
    {
        const int TimerTicks = 20;
        var guest = new GuestAssembler();
        Rule1RetirementTests.EnableVirtualTimer(guest, TimerTicks);
        _ = guest.Load(2, GuestMachine.DataBase).Load(3, GuestMachine.Uart).Load(8, GuestMachine.VectorBase)
            .WriteSystemRegister(GuestMachine.VectorBaseAddress, 8);
        while (guest.Here < StartIndex)
        {
            _ = guest.Nop();
        }

        _ = guest.EnableInterrupts();
        int outer = guest.Here;
        _ = guest.Load(4, 30);
        int loop = guest.Here;
        _ = guest.AddRegister(7, 7, 4).StoreDoubleword(7, 2, 64).LoadDoubleword(5, 2, 64).LoadWord(6, 2, 8).Word(CountDown).BranchNotEqual(loop)
            .ReadSystemRegister(10, GuestMachine.VirtualCount).StoreByte(7, 3).AddRegister(11, 11, 10).Branch(outer);
        return guest;
    }

    private static Machine Create(GuestAssembler guest, Mistranslation? mistake = null, int cpus = 1, bool followed = true, string cpu = "cortex-a57")
    {
        if (TranslationEngine.TryCreate(new TranslationOptions { CacheSize = 1 << 20, Threshold = 2, Mistake = mistake }) is not { } engine)
        {
            Assert.Ignore("no translator on this host");
            throw new InvalidOperationException();
        }

        return GuestMachine.Create(
            guest, new BoardOptions { MemorySize = 16.MiB(), Cpus = cpus, CpuModel = cpu }, GuestInterrupts.CountingVectors(),
            new MachineSettings { Follower = followed ? new InterpreterEngine() : null, FastForward = false }, engine);
    }
}
