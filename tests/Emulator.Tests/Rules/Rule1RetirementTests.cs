using Emulator.Timing;

namespace Emulator.Tests.Rules;

/// <summary>Design rule 1: what counts as an instruction, who sees which count, and when stores to code take effect.</summary>
public class Rule1RetirementTests
{
    private const int NanosecondsPerTick = 16;

    [Test]
    public void LimitIsExactWhereverItFalls([Range(1, 40)] int count)
    {
        // Straight code, a loop and a page end in the way.
        GuestAssembler guest = new GuestAssembler().Load(0, 5);
        int loop = guest.Here;
        _ = guest.Add(1, 1, 1).Nop().SubtractSetFlags(0, 0, 1).BranchNotEqual(loop).Stop();
        using Machine machine = GuestMachine.Create(guest);

        StopReason reason = machine.RunFor(count);

        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(machine.RetiredInstructions, Is.EqualTo(count));
        Assert.That(machine.ProgramCounter(), Is.EqualTo(PcAfter(count)));

        static ulong PcAfter(int count)
        {
            ulong pc = 0;
            int left = 5;
            for (int i = 0; i < count; i++)
            {
                pc = pc switch
                {
                    7 => --left != 0 ? 4UL : 8,
                    8 => 8,
                    _ => pc + 1,
                };
            }

            return GuestMachine.CodeBase + (4 * pc);
        }
    }

    [Test]
    public void ManySmallRunsEqualOneLongRun()
    {
        GuestAssembler guest = new GuestAssembler().Load(0, 1000).Load(2, GuestMachine.DataBase);
        int loop = guest.Here;
        _ = guest.StoreDoubleword(0, 2).LoadDoubleword(3, 2).AddRegister(1, 1, 3).SubtractSetFlags(0, 0, 1).BranchNotEqual(loop).Stop();
        using Machine whole = GuestMachine.Create(guest);
        using Machine parts = GuestMachine.Create(guest);

        _ = whole.RunFor(6000);
        for (int done = 0; done < 6000; done += 7)
        {
            _ = parts.RunFor(Math.Min(7, 6000 - done));
        }

        Assert.That(parts.RetiredInstructions, Is.EqualTo(whole.RetiredInstructions));
        Assert.That(parts.ProgramCounter(), Is.EqualTo(whole.ProgramCounter()));
        Assert.That(parts.Register(1), Is.EqualTo(whole.Register(1)).And.EqualTo(500500));
    }

    [Test]
    public void CounterReadSeesTheExactCount([Range(0, 70, 5)] int before)
    {
        var guest = new GuestAssembler();
        for (int i = 0; i < before; i++)
        {
            _ = guest.Nop();
        }

        _ = guest.ReadSystemRegister(0, GuestMachine.VirtualCount).Stop();
        using Machine machine = GuestMachine.Create(guest);

        _ = machine.RunFor(before + 2);

        Assert.That(machine.Register(0), Is.EqualTo((ulong)(before / NanosecondsPerTick)));
    }

    [Test]
    public void ExceptionEntryCountsOneSoThatAFaultingVectorEnds()
    {
        // VBAR_EL1 is 0 and flash is empty: the vector itself is undefined, for ever.
        using Machine machine = GuestMachine.Create(new GuestAssembler().SupervisorCall());

        StopReason reason = machine.RunFor(1_000_000);

        Assert.That(reason, Is.EqualTo(StopReason.LockUp));
        Assert.That(machine.RetiredInstructions, Is.LessThan(1_000_000));
    }

    [Test]
    public void SupervisorCallIsOneExceptionEntryAndReturnsBehindItself()
    {
        GuestAssembler guest = new GuestAssembler().Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0).SupervisorCall().Stop();
        using Machine machine = GuestMachine.Create(guest, vectors: Vectors(v => v.Add(5, 5, 1).ExceptionReturn(), 0x200));

        // 4 moves, MSR, the exception entry, ADD, ERET.
        _ = machine.RunFor(8);

        Assert.That(machine.Register(5), Is.EqualTo(1));
        Assert.That(machine.ProgramCounter(), Is.EqualTo(GuestMachine.CodeBase + (6 * 4)));
    }

    [Test]
    public void TimerInterruptIsTakenAtTheFirstInstructionAtWhichItsDeadlineHasCome()
    {
        const ulong Compare = 1000;
        GuestAssembler guest = new GuestAssembler().Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0);
        EnableVirtualTimer(guest, Compare);
        guest.EnableInterrupts().Stop();
        using Machine machine = GuestMachine.Create(guest, vectors: Vectors(v => v.ReadSystemRegister(7, GuestMachine.VirtualCount).Stop(), 0x280));

        _ = machine.Run(new RunLimits { Until = new VirtualTime(((long)Compare * NanosecondsPerTick) + 3) });

        Assert.That(machine.Register(7), Is.EqualTo(Compare));
        Assert.That(machine.Statistics.Interrupts, Is.EqualTo(1));
    }

    [Test]
    public void StoreToTheNextInstructionTakesEffectAtOnce()
    {
        // The NOP after the store becomes "add x5, x5, #1" by the store just before it, on the second pass: it was decoded by then.
        GuestAssembler guest = new GuestAssembler().Load(0, 3).Load(2, 0x910004a5).Load(3, 0xd503201f);
        int target = guest.Here + 6;
        _ = guest.Load(4, GuestMachine.CodeBase + (ulong)(4 * target));
        int loop = guest.Here;
        _ = guest.StoreWord(3, 4).StoreWord(2, 4);
        Assert.That(guest.Here, Is.EqualTo(target));
        _ = guest.Nop().SubtractSetFlags(0, 0, 1).BranchNotEqual(loop).Stop();
        using Machine machine = GuestMachine.Create(guest);

        _ = machine.RunFor(100);

        Assert.That(machine.Register(5), Is.EqualTo(3));
    }

    [Test]
    public void DataBesideCodeDoesNotStopEither()
    {
        // A counter in the code's own page, stored to far more often than the page's code is dropped for.
        GuestAssembler guest = new GuestAssembler().Load(0, 1000).Load(1, GuestMachine.CodeBase + 0xff0);
        int loop = guest.Here;
        _ = guest.StoreDoubleword(0, 1).LoadDoubleword(2, 1).AddRegister(3, 3, 2).SubtractSetFlags(0, 0, 1).BranchNotEqual(loop).Stop();
        using Machine machine = GuestMachine.Create(guest);

        _ = machine.RunFor(6000);

        Assert.That(machine.Register(3), Is.EqualTo(500500));
    }

    internal static GuestAssembler Vectors(Action<GuestAssembler> handler, int offset)
    {
        var vectors = new GuestAssembler();
        while (vectors.Here < offset / 4)
        {
            _ = vectors.Stop();
        }

        handler(vectors);
        return vectors;
    }

    /// <summary>Lets the GIC pass PPI 27 and starts the virtual timer.</summary>
    internal static void EnableVirtualTimer(GuestAssembler guest, ulong compare)
    {
        const ulong Distributor = 0x0800_0000;
        const ulong Redistributor = 0x080a_0000;
        ushort priorityMask = Emulator.Interrupts.SystemRegisterAccess.Encode(3, 0, 4, 6, 0);
        ushort enableGroup1 = Emulator.Interrupts.SystemRegisterAccess.Encode(3, 0, 12, 12, 7);
        _ = guest
            .Load(1, Distributor).Load(2, 0x12).StoreWord(2, 1)
            .Load(1, Redistributor).StoreWord(GuestAssembler.Zero, 1, 0x14)
            .Load(1, Redistributor + 0x1_0000).Load(2, 0xffffffff).StoreWord(2, 1, 0x80)
            .Load(2, 1u << 27).StoreWord(2, 1, 0x100)
            .Load(2, 0xff).WriteSystemRegister(priorityMask, 2)
            .Load(2, 1).WriteSystemRegister(enableGroup1, 2)
            .Load(2, compare).WriteSystemRegister(GuestMachine.VirtualTimerCompare, 2)
            .Load(2, 1).WriteSystemRegister(GuestMachine.VirtualTimerControl, 2);

    }
}
