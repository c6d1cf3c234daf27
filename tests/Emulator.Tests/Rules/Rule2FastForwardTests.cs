using Emulator.Boards;
using Emulator.Tests.Cpu.FastForward;
using Emulator.Timing;
using static Emulator.Tests.Cpu.FastForward.LoopAssembler;

namespace Emulator.Tests.Rules;

/// <summary>Design rule 2: a polling loop is skipped exactly as if it had been executed. Each guest runs with and without; everything must be the same wherever it stops.</summary>
public class Rule2FastForwardTests
{
    private const int NanosecondsPerTick = 16;

    // A place in the middle of things, some at the end, and some behind.
    private static readonly long[] Stops = [1, 1_000, 77_777, 160_000, 160_017, 200_000, 500_000, 1_000_003];

    [Test]
    public void WaitForADeadlineIsSkipped()
    {
        GuestAssembler guest = Prologue().ReadCount(0).Load(1, 30_000).AddRegister(1, 0, 1);
        int loop = guest.Here;
        _ = guest.ReadCount(0).Compare(0, 1).BranchIf(Lower, loop).Stop();

        Assert.That(PollingLoops.Compare(guest, Stops), Is.GreaterThan(470_000));
    }

    [Test]
    public void WaitThatStoresEachReadingIsSkipped([Values] bool narrow)
    {
        // U-Boot's get_ticks.
        GuestAssembler guest = Prologue();
        _ = guest.Branch(guest.Here + 5);
        int ticks = guest.Here;
        _ = guest.Isb().ReadCount(0);
        _ = (narrow ? guest.StoreWord(0, 20, 0x5c) : guest.StoreDoubleword(0, 20, 0x58)).Return();
        _ = guest.Load(1, 30_000).Call(ticks).AddRegister(19, 0, 1);
        int loop = guest.Here;
        _ = guest.Call(ticks).Compare(0, 19).BranchIf(Lower, loop).Stop();

        Assert.That(PollingLoops.Compare(guest, Stops), Is.GreaterThan(470_000));
    }

    [Test]
    public void WaitForNothingEndsWhenItIsCancelled()
    {
        const int UartFlags = 0x18;
        GuestAssembler guest = Prologue().Load(20, 0x0900_0000);
        int loop = guest.Here;
        _ = guest.LoadWord(3, 20, UartFlags).Branch(loop);
        using Machine machine = GuestMachine.Create(guest, settings: new MachineSettings { FastForward = true });
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        var run = Task.Run(() => machine.Run(default, cancellation.Token));

        Assert.That(run.Wait(TimeSpan.FromSeconds(60)), "the run goes on");
        Assert.That(run.Result, Is.EqualTo(StopReason.Cancelled));
        Assert.That(machine.Statistics.Skipped, Is.Positive);
    }

    [TestCase(100, 20_000_000, 800_000)]
    [TestCase(2_000_000, 3_000_000, 1_000)]
    public void WhatGainsLittleIsNotFollowedForLong(int wait, int instructions, int most)
    {
        // An endless loop around a short wait, in which most of each round can be skipped, but little for what following it costs; or around a long one.
        GuestAssembler guest = Prologue().Load(2, (ulong)wait);
        int round = guest.Here;
        _ = guest.ReadCount(0).AddRegister(1, 0, 2).ExclusiveOr(3, 3, 0).Multiply(4, 3, 0);
        int loop = guest.Here;
        _ = guest.ReadCount(0).Compare(0, 1).BranchIf(Lower, loop).Branch(round);
        using Machine machine = GuestMachine.Create(guest, settings: new MachineSettings { FastForward = true });

        _ = machine.Run(new RunLimits { MaxInstructions = instructions });

        Assert.That(machine.Scheduler.FastForwarder!.Followed, Is.InRange(1, most));
        Assert.That(machine.Statistics.Skipped, Is.Positive);
    }

    [TestCase(16, 0)]
    [TestCase(17, 5)]
    [TestCase(24, 3)]
    [TestCase(64, 31)]
    public void PeriodOfTheLoopNeedNotBeThatOfTheCounter(int length, int before)
    {
        GuestAssembler guest = Repeat(Prologue(), before, g => g.Nop()).Load(1, 12_345);
        int loop = guest.Here;
        _ = Repeat(guest.ReadCount(0), length - 3, g => g.Nop()).Compare(0, 1).BranchIf(Lower, loop).Stop();

        Assert.That(PollingLoops.Compare(guest, Stops), Is.GreaterThan(180_000));
    }

    [Test]
    public void IterationsAreCounted()
    {
        GuestAssembler guest = Prologue().Load(1, 30_000);
        int loop = guest.Here;
        _ = guest.LoadDoubleword(3, 20).Add(3, 3, 1).StoreDoubleword(3, 20).LoadWord(4, 20, 8).Add(4, 4, 3).StoreWord(4, 20, 8).Add(2, 2, 5)
            .ReadCount(0).Compare(0, 1).BranchIf(Lower, loop).Stop();

        Assert.That(PollingLoops.Compare(guest, Stops), Is.GreaterThan(470_000));
    }

    [Test]
    public void CountedLoopEndsAtItsCount()
    {
        GuestAssembler guest = Prologue().Load(1, 20_000);
        int loop = guest.Here;
        _ = guest.ReadCount(0).SubtractSetFlags(1, 1, 1).BranchNotEqual(loop).Stop();

        Assert.That(PollingLoops.Compare(guest, Stops), Is.GreaterThan(50_000));
    }

    [Test]
    public void TimeoutCountsDownWhileADeviceIsIdle()
    {
        GuestAssembler guest = Prologue().Load(1, 20_000).Load(5, GuestMachine.Uart);
        int loop = guest.Here;
        _ = guest.LoadWord(0, 5, 0x18).BranchIfBitClear(0, 4, loop + 4).SubtractSetFlags(1, 1, 1).BranchNotEqual(loop).Stop();

        Assert.That(PollingLoops.Compare(guest, Stops), Is.GreaterThan(70_000));
    }

    [TestCase(3)]
    [TestCase(9)]
    [TestCase(14)]
    public void WaitForABitOfTheCountEndsWithTheBit(int bit)
    {
        GuestAssembler guest = Prologue();
        int loop = guest.Here;
        _ = guest.ReadCount(0).BranchIfBitClear(0, bit, loop).Add(3, 3, 1);
        int back = guest.Here;
        _ = guest.ReadCount(0).Mask(1, 0, bit).BranchIfNotZero(1, back).Branch(loop);

        _ = PollingLoops.Compare(guest, Stops);
    }

    [Test]
    public void WaitForEqualityEndsWhereItIsMet([Values(15, 16, 20)] int length)
    {
        // With 16 instructions each count is met; with others it may be missed, and the loop goes on for ever.
        GuestAssembler guest = Prologue().Load(1, 12_345);
        int loop = guest.Here;
        _ = Repeat(guest.ReadCount(0), length - 3, g => g.Nop()).Compare(0, 1).BranchNotEqual(loop).Stop();

        _ = PollingLoops.Compare(guest, Stops);
    }

    [Test]
    public void WaitForADistanceMayWrapInAWord([Values(0UL, 0xffff_f000, 0xffff_ffff_ffff_0000)] ulong offset)
    {
        // (uint)(now - start) < delay, with a count that wraps in between.
        GuestAssembler guest = Prologue().Load(6, offset).Load(1, 9_000).ReadCount(2).AddRegister(2, 2, 6);
        int loop = guest.Here;
        _ = guest.ReadCount(0).AddRegister(0, 0, 6).SubtractWordRegister(3, 0, 2).CompareWord(3, 1).BranchIf(LowerOrSame, loop).Stop();

        Assert.That(PollingLoops.Compare(guest, Stops), Is.GreaterThan(100_000));
    }

    [Test]
    public void WatchdogMeasuresEachIteration()
    {
        // A gap between two readings of more than 100 ticks would be a failure.
        GuestAssembler guest = Prologue().Load(1, 30_000).ReadCount(2).StoreDoubleword(2, 20);
        int loop = guest.Here;
        _ = guest.ReadCount(0).LoadDoubleword(2, 20).SubtractRegister(3, 0, 2).StoreDoubleword(0, 20).SubtractSetFlags(31, 3, 100).BranchIf(Higher, loop + 8)
            .Compare(0, 1).BranchIf(Lower, loop).Stop();

        Assert.That(PollingLoops.Compare(guest, Stops), Is.GreaterThan(470_000));
    }

    [Test]
    public void MillisecondsAreDividedFromTicks()
    {
        // U-Boot's get_timer: ticks * 1000 / frequency, compared with a number of milliseconds.
        GuestAssembler guest = Prologue().Load(4, 1000).Load(5, 62_500_000).Load(1, 12);
        int loop = guest.Here;
        _ = guest.ReadCount(0).Multiply(0, 0, 4).Divide(0, 0, 5).Compare(0, 1).BranchIf(Lower, loop).Stop();

        Assert.That(PollingLoops.Compare(guest, [1_000_000, 11_999_990, 12_000_100]), Is.GreaterThan(11_900_000));
    }

    [Test]
    public void WaitsWithinAWaitAreSkippedTogether()
    {
        // U-Boot's sleep: until so many milliseconds have passed, look at the UART and wait 100 microseconds.
        const long Milliseconds = 20;
        GuestAssembler guest = Sleep(Milliseconds);

        long skipped = PollingLoops.Compare(guest, [1_234_567, 5_000_000, 19_950_000, 20_500_000]);

        Assert.That(skipped, Is.GreaterThan((Milliseconds * 1_000_000) - 100_000));
    }

    [Test]
    public void WaitsThreeDeepAreExact()
    {
        // Like the countdown before autoboot: seconds, each of many waits, each of many looks.
        GuestAssembler guest = Prologue().Load(7, 3);
        int outer = guest.Here;
        _ = guest.ReadCount(10).Load(11, 60_000).AddRegister(10, 10, 11);
        int middle = guest.Here;
        _ = guest.ReadCount(12).Load(13, 500).AddRegister(12, 12, 13).Add(14, 14, 1);
        int inner = guest.Here;
        _ = guest.ReadCount(0).Compare(0, 12).BranchIf(Lower, inner)
            .ReadCount(0).Compare(0, 10).BranchIf(Lower, middle)
            .SubtractSetFlags(7, 7, 1).BranchNotEqual(outer).Stop();

        long skipped = PollingLoops.Compare(guest, [500_000, 960_500, 1_500_000, 2_880_100, 3_100_000]);

        Assert.That(skipped, Is.GreaterThan(2_500_000));
    }

    [Test]
    public void InterruptInTheMiddleIsTakenAtItsInstruction()
    {
        GuestAssembler guest = Prologue().Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0);
        Rule1RetirementTests.EnableVirtualTimer(guest, compare: 7_001);
        _ = guest.EnableInterrupts().Load(1, 30_000);
        int loop = guest.Here;
        _ = guest.ReadCount(0).Add(3, 3, 1).Compare(0, 1).BranchIf(Lower, loop).Stop();

        // The handler switches the timer off and notes where and when it came.
        GuestAssembler vectors = Rule1RetirementTests.Vectors(
            v => v.WriteSystemRegister(GuestMachine.VirtualTimerControl, GuestAssembler.Zero).ReadCount(10).Move(11, 3).Add(12, 12, 1).ExceptionReturn(),
            0x280);
        long skipped = PollingLoops.Compare(guest, Stops, vectors: vectors, atStop: m => Assert.That(m.Register(12), Is.LessThanOrEqualTo(1)));

        Assert.That(skipped, Is.GreaterThan(450_000));
    }

    [Test]
    public void EventThatChangesAPolledRegisterEndsTheLoop()
    {
        // One character below the trigger level: RTRIS (bit 6 of UARTRIS) rises 32 bit times later.
        GuestAssembler guest = Prologue().Load(5, GuestMachine.Uart).Load(6, 0x10).StoreWord(6, 5, 0x2c);
        int loop = guest.Here;
        _ = guest.LoadWord(0, 5, 0x3c).Add(3, 3, 1).BranchIfBitClear(0, 6, loop).ReadCount(4).Stop();

        long skipped = PollingLoops.Compare(guest, Stops, prepare: m => m.Console.Send("x"), atStop: m =>
        {
            if (m.RetiredInstructions >= 500_000)
            {
                Assert.That(m.Register(4), Is.InRange(270_000 / NanosecondsPerTick, 290_000 / NanosecondsPerTick));
            }
        });

        Assert.That(skipped, Is.GreaterThan(250_000));
    }

    [Test]
    public void InputEndsTheWaitForIt()
    {
        GuestAssembler guest = Prologue().Load(5, GuestMachine.Uart);
        int loop = guest.Here;
        _ = guest.LoadWord(0, 5, 0x18).Add(3, 3, 1).BranchIfBitSet(0, 4, loop)
            .LoadWord(1, 5).StoreWord(1, 5).Branch(loop);

        long skipped = PollingLoops.Compare(guest, Stops, atStop: m => m.Console.Send("ab"));

        Assert.That(skipped, Is.GreaterThan(900_000));
    }

    [Test]
    public void AnyLimitIsExact()
    {
        GuestAssembler guest = Sleep(milliseconds: 1);
        long[] stops = [.. Enumerable.Range(1, 150).Select(i => (long)i * 6_007)];

        Assert.That(PollingLoops.Compare(guest, stops), Is.GreaterThan(300_000));
    }

    [Test]
    public void LoopWhoseWayDependsOnLowBitsIsExecuted()
    {
        GuestAssembler guest = Prologue().Load(1, 20_000);
        int loop = guest.Here;
        _ = guest.ReadCount(0).BranchIfBitClear(0, 1, guest.Here + 2).Add(3, 3, 1).Compare(0, 1).BranchIf(Lower, loop).Stop();

        _ = PollingLoops.Compare(guest, Stops);
    }

    [Test]
    public void LoopThatMixesReadingsIsExecuted()
    {
        GuestAssembler guest = Prologue().Load(1, 20_000);
        int loop = guest.Here;
        _ = guest.ReadCount(0).ExclusiveOr(3, 3, 0).StoreDoubleword(3, 20).Compare(0, 1).BranchIf(Lower, loop).Stop();

        _ = PollingLoops.Compare(guest, Stops);
    }

    [Test]
    public void LoopThatWritesToADeviceIsExecuted()
    {
        GuestAssembler guest = Prologue().Load(1, 10_000).Load(5, GuestMachine.Uart);
        int loop = guest.Here;
        _ = guest.ReadCount(0).StoreWord(0, 5, 0x24).Compare(0, 1).BranchIf(Lower, loop).Stop();

        Assert.That(PollingLoops.Compare(guest, Stops), Is.Zero);
    }

    [Test]
    public void LoopThatStoresAtAMovingAddressIsExecuted()
    {
        GuestAssembler guest = Prologue().Load(1, 20_000);
        int loop = guest.Here;
        _ = guest.ReadCount(0).Mask(2, 0, 9).ShiftLeft(2, 2, 3).AddRegister(2, 2, 20).StoreDoubleword(0, 2).Compare(0, 1).BranchIf(Lower, loop).Stop();

        _ = PollingLoops.Compare(guest, Stops);
    }

    [Test]
    public void LoopThatReplacesItsOwnCodeIsExecuted()
    {
        // Each iteration stores "add x3, x3, #n" with n from the count, and executes it.
        GuestAssembler guest = Prologue().Load(1, 5_000).Load(4, 0x91000063);
        int loop = guest.Here + 4;
        _ = guest.Load(6, GuestMachine.CodeBase + (ulong)(4 * (loop + 6)));
        Assert.That(guest.Here, Is.EqualTo(loop));
        _ = guest.ReadCount(0).Mask(2, 0, 4).ShiftLeft(2, 2, 10).AddRegister(2, 2, 4).StoreWord(2, 6).Nop();
        _ = guest.Nop().Compare(0, 1).BranchIf(Lower, loop).Stop();

        _ = PollingLoops.Compare(guest, [1_000, 50_000, 100_000]);
    }

    [Test]
    public void OtherCpusTakeTheirTurns()
    {
        // CPU 0 waits while CPU 1, started by PSCI CPU_ON, counts.
        GuestAssembler guest = Prologue();
        int second = guest.Here + 60;
        _ = guest.Load(0, 0xc400_0003).Load(1, 1).Load(2, GuestMachine.CodeBase + (ulong)(4 * second)).Load(3, 0).HypervisorCall().Load(1, 30_000);
        int loop = guest.Here;
        _ = guest.ReadCount(0).Compare(0, 1).BranchIf(Lower, loop).LoadDoubleword(7, 20).Stop();
        guest = Rebased(guest, second);
        _ = guest.Load(20, GuestMachine.DataBase);
        int count = guest.Here;
        _ = guest.Add(2, 2, 1).StoreDoubleword(2, 20).Branch(count);

        _ = PollingLoops.Compare(guest, Stops, new BoardOptions { MemorySize = 16.MiB(), Cpus = 2 });
    }

    [Test]
    public void CpuThatIsAloneSkipsWholeSlices()
    {
        GuestAssembler guest = Prologue().Load(1, 30_000);
        int loop = guest.Here;
        _ = guest.ReadCount(0).Compare(0, 1).BranchIf(Lower, loop).Stop();

        long skipped = PollingLoops.Compare(guest, [10_000, 20_001, 129_999, 480_100, 500_000], new BoardOptions { MemorySize = 16.MiB(), Cpus = 2 });

        Assert.That(skipped, Is.GreaterThan(450_000));
    }

    [Test]
    public void VirtualTimeLimitIsExact()
    {
        GuestAssembler guest = Prologue();
        int loop = guest.Here;
        _ = guest.ReadCount(0).Add(3, 3, 1).Branch(loop);
        using Machine machine = GuestMachine.Create(guest);

        StopReason reason = machine.Run(new RunLimits { Until = new VirtualTime(3_600_000_000_017) });

        Assert.That(reason, Is.EqualTo(StopReason.MaxVirtualTime));
        Assert.That(machine.Clock.Now.Nanoseconds, Is.EqualTo(3_600_000_000_017));
        Assert.That(machine.Register(3), Is.EqualTo((3_600_000_000_017UL - 9 + 1) / 3));
    }

    [Test]
    public void WaitForLiveInputIsPacedByTheHostAndCostsNothing()
    {
        GuestAssembler guest = Prologue().Load(5, GuestMachine.Uart);
        int loop = guest.Here;
        _ = guest.LoadWord(0, 5, 0x18).BranchIfBitSet(0, 4, loop).LoadWord(1, 5).Stop();
        Assert.That(guest.Here, Is.EqualTo(loop + 4));
        using Machine machine = GuestMachine.Create(guest);
        machine.InputIsLive = true;
        var before = System.Diagnostics.Stopwatch.StartNew();

        _ = machine.Run(new RunLimits { Until = new VirtualTime(60_000_000) });

        Assert.That(before.ElapsedMilliseconds, Is.GreaterThanOrEqualTo(59));
        Assert.That(machine.RetiredInstructions - machine.Statistics.Skipped, Is.LessThan(100_000));
    }

    [Test]
    public async Task WaitForLiveInputWithoutAnyLimitEndsWithIt()
    {
        GuestAssembler guest = Prologue().Load(5, GuestMachine.Uart);
        int loop = guest.Here;
        _ = guest.LoadWord(0, 5, 0x18).BranchIfBitSet(0, 4, loop).LoadWord(1, 5).StoreWord(1, 5).Branch(loop);
        using Machine machine = GuestMachine.Create(guest);
        machine.InputIsLive = true;
        machine.Console.ByteReceived += _ => machine.RequestStop();

        Task<StopReason> run = Task.Run(() => machine.Run());
        machine.Console.Send("!");

        Assert.That(await run, Is.EqualTo(StopReason.Requested));
        Assert.That(machine.Console.Transcript, Is.EqualTo("!"));
    }

    // X20 is the address of data, SP of a stack.
    private static GuestAssembler Prologue() => new GuestAssembler().Load(20, GuestMachine.DataBase).Load(0, GuestMachine.DataBase + 0x2000).Add(Stack, 0, 0);

    private static GuestAssembler Repeat(GuestAssembler guest, int count, Func<GuestAssembler, GuestAssembler> what)
    {
        for (int i = 0; i < count; i++)
        {
            _ = what(guest);
        }

        return guest;
    }

    // Lets a guest go on at an instruction further on, past what is there by then.
    private static GuestAssembler Rebased(GuestAssembler guest, int start)
    {
        while (guest.Here < start)
        {
            _ = guest.Stop();
        }

        return guest;
    }

    private static GuestAssembler Sleep(long milliseconds)
    {
        GuestAssembler guest = Prologue();
        int main = guest.Here + 60;
        _ = guest.Branch(main);

        int ticks = guest.Here;
        _ = guest.Isb().ReadCount(0).StoreWord(0, 20, 0x5c).Return();

        int timer = guest.Here;
        _ = guest.Push(29, 30).Push(19, 21).Call(ticks).Load(1, 1000).Multiply(0, 0, 1).Load(1, 62_500_000).Divide(0, 0, 1).SubtractRegister(0, 0, 9)
            .Pop(19, 21).Pop(29, 30).Return();

        int delay = guest.Here;
        _ = guest.Push(29, 30).Push(19, 21).Call(ticks).Add(19, 0, 0).Load(1, 6_250).AddRegister(19, 19, 1);
        int poll = guest.Here;
        _ = guest.Call(ticks).Compare(0, 19).BranchIf(Lower, poll).Pop(19, 21).Pop(29, 30).Return();

        guest = Rebased(guest, main);
        _ = guest.Load(9, 0).Call(timer).Move(9, 0).Load(22, GuestMachine.Uart).Load(23, (ulong)milliseconds);
        int loop = guest.Here;
        return guest.Call(timer).Compare(0, 23).BranchIf(HigherOrSame, loop + 8).LoadWord(0, 22, 0x18).BranchIfBitClear(0, 4, loop + 8)
            .Call(delay).Add(24, 24, 1).Branch(loop).Stop();
    }
}
