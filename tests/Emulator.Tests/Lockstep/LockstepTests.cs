using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Tests.Rules;

namespace Emulator.Tests.Lockstep;

/// <summary>Two engines side by side: no difference where there is none, and a planted one at its exact place. Design rule 9.</summary>
internal sealed unsafe class LockstepTests
{
    private const int Rounds = 20;

    [Test]
    public void EnginesThatDoTheSameRunToTheEnd()
    {
        using Machine machine = Create(new InterpreterEngine());

        StopReason reason = machine.RunFor(5000);

        Assert.That(machine.Divergence, Is.Null);
        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
    }

    [Test]
    public void TheFollowerTouchesNoDeviceAndChangesNothing()
    {
        using Machine alone = Create(null);
        using Machine led = Create(new InterpreterEngine());

        _ = alone.RunFor(5000);
        _ = led.RunFor(5000);

        Assert.That(led.Statistics.MmioAccesses, Is.EqualTo(alone.Statistics.MmioAccesses).And.GreaterThan(Rounds));
        Assert.That(led.Statistics.Interrupts, Is.EqualTo(alone.Statistics.Interrupts).And.GreaterThan(1));
        Assert.That(led.Console.Transcript, Is.EqualTo(alone.Console.Transcript));
        Assert.That(led.Register(20), Is.EqualTo(alone.Register(20)).And.GreaterThan(1));
    }

    [Test]
    public void AWrongRegisterIsFoundBehindTheInstructionThatWroteIt()
    {
        ulong address = GuestMachine.CodeBase + (4 * AddIndex);
        using Machine machine = Create(new FaultyEngine(address, executions: 3, processor => processor.State->X[1] ^= 0x100));

        StopReason reason = machine.RunFor(5000);

        Assert.That(reason, Is.EqualTo(StopReason.Divergence));
        Assert.That(machine.Lockstep!.Divergence!.Address, Is.EqualTo(address));
        Assert.That(machine.Lockstep.Divergence.Differences.Select(d => d.Name), Is.EqualTo(new[] { "X1" }));
        Assert.That(machine.Divergence, Does.Contain($"PC 0x{address:x16}").And.Contain("add").And.Contain("interpreter").And.Contain("faulty"));
        Assert.That(machine.RunFor(1), Is.EqualTo(StopReason.Divergence), "what has differed goes on no more");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void EveryPartOfTheStateIsCompared(string name, FaultyEngine.Spoil spoil)
    {
        using Machine machine = Create(new FaultyEngine(GuestMachine.CodeBase + (4 * AddIndex), executions: 1, spoil));

        Assert.That(machine.RunFor(5000), Is.EqualTo(StopReason.Divergence));
        Assert.That(machine.Lockstep!.Divergence!.Differences.Select(d => d.Name), Has.Some.StartsWith(name));
        Assert.That(machine.Lockstep.Divergence.Address, Is.EqualTo(GuestMachine.CodeBase + (4 * AddIndex)));
    }

    [Test]
    public void AWrongStoreIsFoundBehindTheStore()
    {
        ulong address = GuestMachine.CodeBase + (4 * StoreIndex);
        using Machine machine = Create(new FaultyEngine(address, executions: 2, Overwrite));

        Assert.That(machine.RunFor(5000), Is.EqualTo(StopReason.Divergence));
        Assert.That(machine.Lockstep!.Divergence!.Address, Is.EqualTo(address));
        Assert.That(machine.Lockstep.Divergence.Differences.Single().Name, Is.EqualTo($"ram+0x{GuestMachine.DataBase - GuestMachine.RamBase:x}"));

        static void Overwrite(Processor processor) =>
            processor.Bus.TryWriteMemory(GuestMachine.DataBase, "\u00ff"u8, secure: false);
    }

    [Test]
    public void TheLeaderCanBeTheOneThatIsWrong()
    {
        ulong address = GuestMachine.CodeBase + (4 * AddIndex);
        using Machine machine = Create(new InterpreterEngine(), new FaultyEngine(address, executions: 2, processor => processor.State->X[1]++));

        Assert.That(machine.RunFor(5000), Is.EqualTo(StopReason.Divergence));
        Assert.That(machine.Lockstep!.Divergence!.Address, Is.EqualTo(address));
    }

    [Test]
    public void AnAccessThatTheLeaderHasNotMadeIsADifference()
    {
        ulong address = GuestMachine.CodeBase + (4 * (UartIndex - 1));
        using Machine machine = Create(new FaultyEngine(address, executions: 2, processor => processor.State->Pc += 4));

        Assert.That(machine.RunFor(5000), Is.EqualTo(StopReason.Divergence));
        Assert.That(machine.Lockstep!.Divergence!.Address, Is.EqualTo(address));
    }

    [Test]
    public void WhatTheHostWritesReachesTheFollower()
    {
        using Machine machine = Create(new InterpreterEngine());
        _ = machine.RunFor(1000);

        machine.Ram.Write(GuestMachine.DataBase - GuestMachine.RamBase + 8, [1, 2, 3, 4]);
        StopReason reason = machine.RunFor(1000);

        Assert.That(machine.Divergence, Is.Null);
        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(machine.Register(6), Is.EqualTo(0x04030201), "the guest has read it");
    }

    [Test]
    public void AResetStartsBothAnew()
    {
        using Machine machine = Create(new InterpreterEngine());
        _ = machine.RunFor(1000);

        machine.Reset();
        machine.Processors[0].State->Pc = GuestMachine.CodeBase;
        StopReason reason = machine.RunFor(5000);

        Assert.That(machine.Divergence, Is.Null);
        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
    }

    [Test]
    public void CpusThatTakeTurnsAndWakeOneAnotherAreFollowed()
    {
        // CPU 0 switches CPU 1 on by PSCI; both count in one place by exclusives, and CPU 1 waits for events.
        GuestAssembler guest = new GuestAssembler()
            .Load(0, 0xc400_0003).Load(1, 1).Load(2, GuestMachine.CodeBase + 0x1000).Load(3, 0).HypervisorCall()
            .Load(4, GuestMachine.DataBase);
        CountForEver(guest, Sev);
        GuestAssembler second = new GuestAssembler().Load(4, GuestMachine.DataBase);
        CountForEver(second, Wfe);
        using Machine machine = GuestMachine.Create(
            guest, new BoardOptions { MemorySize = 16.MiB(), Cpus = 2 }, settings: new MachineSettings { Follower = new InterpreterEngine() });
        machine.Ram.Write(GuestMachine.CodeBase - GuestMachine.RamBase + 0x1000, second.ToBytes());

        StopReason reason = machine.RunFor(100_000);

        Assert.That(machine.Divergence, Is.Null);
        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(machine.Statistics.Cpus[1].Instructions, Is.GreaterThan(50));

        static void CountForEver(GuestAssembler guest, uint hint)
        {
            const uint LoadExclusive = 0xc85f7c85;
            const uint StoreExclusive = 0xc8077c85;
            int loop = guest.Here;
            _ = guest.Word(LoadExclusive).Add(5, 5, 1).Word(StoreExclusive).Word(hint).Branch(loop);
        }
    }

    private const uint Sev = 0xd503209f;
    private const uint Wfe = 0xd503205f;
    private const int LoopIndex = 100;
    private const int AddIndex = LoopIndex + 1;
    private const int StoreIndex = LoopIndex + 2;
    private const int UartIndex = LoopIndex + 6;

    private static TestCaseData[] Mistakes() =>
    [
        Mistake("SP", p => p.State->X[CpuState.StackPointer] += 16),
        Mistake("PC", p => p.State->Pc += 4),
        Mistake("PSTATE", p => p.State->SetFlags(p.State->GetFlags() ^ (1u << 30))),
        Mistake("V7.D[1]", p => p.State->V[15] = 1),
        Mistake("FPCR", p => p.State->FloatingPointControl ^= 1u << 24),
        Mistake("FPSR", p => p.State->FloatingPointStatus ^= 1),
        Mistake("SP_EL0", p => p.State->StackPointers[0] = 8),
        Mistake("VbarEl1", p => p.Register(Emulator.Cpu.System.SystemRegisterSlot.VbarEl1) += 0x800),
    ];

    private static TestCaseData Mistake(string name, FaultyEngine.Spoil spoil) => new TestCaseData(name, spoil).SetArgDisplayNames(name);

    // A loop that stores, loads, writes to the UART and reads the counter, interrupted by the timer.
    private static Machine Create(ICpuEngine? follower, ICpuEngine? leader = null)
    {
        const int TimerTicks = 20;
        var guest = new GuestAssembler();
        Rule1RetirementTests.EnableVirtualTimer(guest, TimerTicks);
        _ = guest.Load(1, 0)
            .Load(2, GuestMachine.DataBase).Load(3, GuestMachine.Uart).Load(4, 'x').Load(8, GuestMachine.VectorBase)
            .WriteSystemRegister(GuestMachine.VectorBaseAddress, 8);
        while (guest.Here < LoopIndex - 1)
        {
            _ = guest.Nop();
        }

        _ = guest.EnableInterrupts();
        int loop = guest.Here;
        _ = guest.AddRegister(7, 7, 1).Add(1, 1, 1).StoreDoubleword(1, 2).LoadDoubleword(5, 2).LoadWord(6, 2, 8)
            .ReadSystemRegister(10, GuestMachine.VirtualCount).StoreByte(4, 3).Branch(loop);
        return GuestMachine.Create(
            guest, vectors: GuestInterrupts.CountingVectors(), settings: new MachineSettings { Follower = follower, FastForward = false }, engine: leader);
    }
}
