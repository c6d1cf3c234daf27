using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Timing;
using Moq;

namespace Emulator.Tests;

public class MachineSchedulerTests
{
    [Test]
    public void CpusTakeTurnsByOneCountOfInstructions()
    {
        using Machine machine = CreateCounting(cpus: 4);

        StopReason reason = machine.RunFor(1_000_000);

        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(machine.RetiredInstructions, Is.EqualTo(1_000_000));
        long[] each = [.. machine.Statistics.Cpus.Select(cpu => cpu.Instructions)];
        Assert.That(each.Sum(), Is.EqualTo(1_000_000));
        Assert.That(each, Is.All.GreaterThan(200_000));
    }

    [Test]
    public void OrderOfTurnsIsTheSameInEveryRunAndForEveryLimit()
    {
        using Machine one = CreateCounting(cpus: 3);
        using Machine other = CreateCounting(cpus: 3);

        _ = one.RunFor(300_000);
        for (int i = 0; i < 300; i++)
        {
            _ = other.RunFor(1_000);
        }

        for (int cpu = 0; cpu < 3; cpu++)
        {
            Assert.That(other.Register(0, cpu), Is.EqualTo(one.Register(0, cpu)));
            Assert.That(other.ProgramCounter(cpu), Is.EqualTo(one.ProgramCounter(cpu)));
        }
    }

    [Test]
    public void WhatIsAskedForAfterTheLookAroundIsHeardBeforeTheNextInstruction()
    {
        using Machine machine = GuestMachine.Create(new GuestAssembler().Stop());
        var engine = new Mock<ICpuEngine>();
        var host = new Mock<IMachineHost>();
        var scheduler = new MachineScheduler(engine.Object, [.. machine.Processors], host.Object);
        scheduler.Connect(new VirtualClock(scheduler));
        host.Setup(h => h.TryPassGate(It.IsAny<CancellationToken>())).Returns(true);
        int looks = 0;
        int looksBeforeRun = 0;
        host.Setup(h => h.BeforeSlice()).Callback(() =>
        {
            if (++looks == 1)
            {
                scheduler.Interrupt();
            }
        });
        engine.Setup(e => e.Run(It.IsAny<Processor>(), It.IsAny<long>())).Callback(() =>
        {
            looksBeforeRun = looks;
            scheduler.RequestStop();
        });

        Assert.That(scheduler.Run(default, CancellationToken.None), Is.EqualTo(StopReason.Requested));
        Assert.That(looksBeforeRun, Is.EqualTo(2));
    }

    [Test]
    public void WaitingForAnInterruptThatCannotComeIsALockUp()
    {
        using Machine machine = GuestMachine.Create(new GuestAssembler().WaitForInterrupt().Stop());

        Assert.That(machine.Run(), Is.EqualTo(StopReason.LockUp));
        Assert.That(machine.DescribeState(), Does.Contain("waits for an interrupt"));
    }

    [Test]
    public void WaitingForATimerCostsNoInstructions()
    {
        GuestAssembler guest = new GuestAssembler().Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0);
        Rules.Rule1RetirementTests.EnableVirtualTimer(guest, compare: 62_500_000);
        _ = guest.EnableInterrupts().WaitForInterrupt().Stop();
        using Machine machine = GuestMachine.Create(guest, vectors: Rules.Rule1RetirementTests.Vectors(v => v.Add(5, 5, 1).Stop(), 0x280));

        StopReason reason = machine.Run(new RunLimits { Until = new VirtualTime(1_000_000_500) });

        Assert.That(reason, Is.EqualTo(StopReason.MaxVirtualTime));
        Assert.That(machine.Register(5), Is.EqualTo(1));
        Assert.That(machine.Clock.Now.Seconds, Is.GreaterThanOrEqualTo(1));
        Assert.That(machine.RetiredInstructions, Is.LessThan(1000));
    }

    [Test]
    public void PowerOffByPsciEndsTheRunForGood()
    {
        using Machine machine = GuestMachine.Create(new GuestAssembler().Load(0, 0x8400_0008).HypervisorCall().Stop());

        Assert.That(machine.Run(), Is.EqualTo(StopReason.PowerOff));
        Assert.That(machine.Run(), Is.EqualTo(StopReason.PowerOff));
    }

    [Test]
    public void ResetByPsciStartsAnewUnlessTheRunIsToEnd([Values] bool noReboot)
    {
        // The flash is empty, so the second start runs into undefined instructions at address 0.
        using Machine machine = GuestMachine.Create(
            new GuestAssembler().Load(0, 0x8400_0009).HypervisorCall().Stop(),
            settings: new MachineSettings { NoReboot = noReboot });

        Assert.That(machine.Run(new RunLimits { MaxInstructions = 10_000_000 }), Is.EqualTo(noReboot ? StopReason.Reset : StopReason.LockUp));
    }

    [Test]
    public void StopRequestedByAnObserverTakesEffectBeforeTheNextInstruction()
    {
        GuestAssembler guest = new GuestAssembler().Load(1, GuestMachine.Uart).Load(0, 'x').StoreWord(0, 1).Add(2, 2, 1).StoreWord(0, 1).Stop();
        using Machine machine = GuestMachine.Create(guest);
        machine.Console.ByteReceived += _ => machine.RequestStop();

        StopReason reason = machine.Run();

        Assert.That(reason, Is.EqualTo(StopReason.Requested));
        Assert.That(machine.RetiredInstructions, Is.EqualTo(9));
        Assert.That(machine.Register(2), Is.Zero);
        Assert.That(machine.Console.Transcript, Is.EqualTo("x"));
    }

    [Test]
    public void CancellationEndsAnEndlessLoop()
    {
        using Machine machine = GuestMachine.Create(new GuestAssembler().Stop());
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));

        Assert.That(machine.Run(default, cancellation.Token), Is.EqualTo(StopReason.Cancelled));
    }

    [Test]
    public void DisposedMachineSaysSo()
    {
        Machine machine = GuestMachine.Create(new GuestAssembler().Stop());
        machine.Dispose();
        machine.Dispose();

        Assert.That(() => machine.Run(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void WaitingForAnotherCpusStoreByTheMonitorEnds()
    {
        // CPU 1 waits as spin locks do: LDXR, and WFE while the value is zero. CPU 0 stores plainly, without SEV.
        GuestAssembler guest = new GuestAssembler().Load(1, GuestMachine.DataBase).Load(2, 30_000);
        int delay = guest.Here;
        _ = guest.SubtractSetFlags(2, 2, 1).BranchNotEqual(delay).StoreDoubleword(2, 1).Load(3, 1).StoreDoubleword(3, 1).Stop();
        int other = guest.Here;
        _ = guest.Load(1, GuestMachine.DataBase);
        int wait = guest.Here;
        _ = guest.Word(0xc85f7c20).Word(0xb5000060).Word(0xd503205f).Branch(wait).Load(5, 77).Stop(); // LDXR X0, [X1]; CBNZ X0, .+12; WFE
        using Machine machine = GuestMachine.Create(guest, new BoardOptions { MemorySize = 16.MiB(), Cpus = 2 });
        ((IPowerController)machine).TurnCpuOn(1, GuestMachine.CodeBase + ((ulong)other * 4), 0);

        _ = machine.RunFor(200_000);

        Assert.That(machine.Register(5, cpu: 1), Is.EqualTo(77));
    }

    [Test]
    public void WaitingForAnEventEndsWithTheEventStream([Values(1, 2)] int cpus)
    {
        // Each CPU waits three times for an event, which nothing but its stream sends: bit 9 of the count, so every 2^10 ticks of 16 ns.
        GuestAssembler guest = new GuestAssembler().Load(0, 0x94).Word(0xd518e100); // MSR CNTKCTL_EL1, X0: EVNTI = 9, EVNTEN
        _ = guest.Word(0xd503205f).Word(0xd503205f).Word(0xd53be046).Word(0xd503205f).Word(0xd53be047).WaitForInterrupt(); // WFE, WFE, MRS X6, CNTVCT_EL0, WFE, MRS X7
        using Machine machine = GuestMachine.Create(guest, new BoardOptions { MemorySize = 16.MiB(), Cpus = cpus });
        if (cpus > 1)
        {
            ((IPowerController)machine).TurnCpuOn(1, GuestMachine.CodeBase, 0);
        }

        _ = machine.RunFor(1_000_000);

        for (int cpu = 0; cpu < cpus; cpu++)
        {
            Assert.That(machine.Register(7, cpu) - machine.Register(6, cpu), Is.EqualTo(1024).Within(2));
        }
    }

    [Test]
    public void CpuThatYieldsLeavesItsSliceToOthers()
    {
        // CPU 1 polls a word as a spin loop does; CPU 0 counts and then sets it.
        GuestAssembler guest = new GuestAssembler().Load(1, GuestMachine.DataBase).Load(2, 300_000);
        int delay = guest.Here;
        _ = guest.SubtractSetFlags(2, 2, 1).BranchNotEqual(delay).StoreDoubleword(1, 1).Stop();
        int other = guest.Here;
        _ = guest.Load(1, GuestMachine.DataBase);
        int wait = guest.Here;
        _ = guest.Word(0xd503203f).LoadDoubleword(0, 1).SubtractSetFlags(31, 0, 0).BranchIf(0, wait).Load(5, 77).WaitForInterrupt(); // YIELD
        using Machine machine = GuestMachine.Create(guest, new BoardOptions { MemorySize = 16.MiB(), Cpus = 2 });
        ((IPowerController)machine).TurnCpuOn(1, GuestMachine.CodeBase + ((ulong)other * 4), 0);

        _ = machine.RunFor(700_000);

        Assert.That(machine.Register(5, cpu: 1), Is.EqualTo(77));
        Assert.That(machine.Statistics.Cpus[1].Instructions, Is.LessThan(1000));
    }

    private static Machine CreateCounting(int cpus)
    {
        var guest = new GuestAssembler();
        int loop = guest.Here;
        _ = guest.Add(0, 0, 1).Branch(loop);
        Machine machine = GuestMachine.Create(guest, new BoardOptions { MemorySize = 16.MiB(), Cpus = cpus });
        for (int i = 1; i < cpus; i++)
        {
            ((IPowerController)machine).TurnCpuOn((ulong)i, GuestMachine.CodeBase, 0);
        }

        return machine;
    }
}
