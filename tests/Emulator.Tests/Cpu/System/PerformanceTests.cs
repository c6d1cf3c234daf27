using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>The performance monitors: what counts, in which states, and when overflows are told.</summary>
[TestFixture]
internal sealed unsafe class PerformanceTests
{
    private const ulong Enable = 1;
    private const ulong Cycles = 1UL << 31;
    private const ulong ExcludesEl1 = 1UL << 31;
    private const ulong ExcludesEl0 = 1UL << 30;
    private const uint Load = 0xf9400041; // LDR X1, [X2]
    private const uint Store = 0xf9000041; // STR X1, [X2]
    private const uint BranchOver = 0x14000002; // B .+8
    private const uint CompareAndBranch = 0xb4000040; // CBZ X0, .+8

    private static readonly ushort Pmcr = A64.Register(3, 3, 9, 12, 0);
    private static readonly ushort Pmcntenset = A64.Register(3, 3, 9, 12, 1);
    private static readonly ushort Pmovsclr = A64.Register(3, 3, 9, 12, 3);
    private static readonly ushort Pmswinc = A64.Register(3, 3, 9, 12, 4);
    private static readonly ushort Pmccntr = A64.Register(3, 3, 9, 13, 0);
    private static readonly ushort Pmintenset = A64.Register(3, 0, 9, 14, 1);
    private static readonly ushort Pmccfiltr = A64.Register(3, 3, 14, 15, 7);

    private CpuWorld _world = null!;
    private RecordedLevel _overflow = null!;

    [SetUp]
    public void SetUp()
    {
        _world = new CpuWorld();
        _overflow = new RecordedLevel();
        _world.Cpu.PerformanceOverflow = _overflow;
    }

    [TearDown]
    public void TearDown() => _world.Dispose();

    [TestCase(PerformanceEvent.Instruction, 5)]
    [TestCase(PerformanceEvent.Cycle, 5)]
    [TestCase(PerformanceEvent.InstructionSpeculated, 5)]
    [TestCase(PerformanceEvent.Load, 1)]
    [TestCase(PerformanceEvent.Store, 1)]
    [TestCase(PerformanceEvent.MemoryAccess, 2)]
    [TestCase(PerformanceEvent.Branch, 2)]
    [TestCase(PerformanceEvent.ImmediateBranch, 2)]
    [TestCase(PerformanceEvent.PcWrite, 1)]
    [TestCase(PerformanceEvent.Return, 0)]
    [TestCase(PerformanceEvent.SoftwareIncrement, 0)]
    public void EventsAreCounted(PerformanceEvent performanceEvent, int expected)
    {
        _world.Enter(1);
        SetUpCounter(0, performanceEvent);
        _world.SetX(0, 1);
        _world.SetX(2, CpuWorld.RamBase);
        ulong before = Count(0);
        _world.Write(CpuWorld.Code, Load, Store, BranchOver, A64.Udf, CompareAndBranch, A64.Nop);
        _world.State->Pc = CpuWorld.Code;
        _world.Run(5);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Assert.That(Count(0) - before, Is.EqualTo(expected));
    }

    [TestCase(0xf9400041u, true, false, Description = "LDR")]
    [TestCase(0xa9400041u, true, false, Description = "LDP")]
    [TestCase(0x58000001u, true, false, Description = "LDR literal")]
    [TestCase(0xd8000000u, false, false, Description = "PRFM literal")]
    [TestCase(0xf9800040u, false, false, Description = "PRFM")]
    [TestCase(0xc85f7c41u, true, false, Description = "LDXR")]
    [TestCase(0xc8007c41u, false, true, Description = "STXR")]
    [TestCase(0xc8a07c41u, true, true, Description = "CAS")]
    [TestCase(0x48207c40u, true, true, Description = "CASP")]
    [TestCase(0xf8200041u, true, true, Description = "LDADD")]
    [TestCase(0xf8bfc041u, true, false, Description = "LDAPR")]
    [TestCase(0x3dc00041u, true, false, Description = "LDR Q")]
    [TestCase(0x3d800041u, false, true, Description = "STR Q")]
    [TestCase(0x4c407041u, true, false, Description = "LD1")]
    [TestCase(0x4c007041u, false, true, Description = "ST1")]
    [TestCase(0x39800041u, true, false, Description = "LDRSB")]
    [TestCase(0x99000041u, false, true, Description = "STLUR")]
    [TestCase(0x8b020020u, false, false, Description = "ADD")]
    public void InstructionsAreLoadsOrStores(uint instruction, bool loads, bool stores)
    {
        ulong events = PerformanceEvents.OfInstruction(instruction, isTaken: false);
        Assert.That((events >> (int)PerformanceEvent.Load) & 1, Is.EqualTo(loads ? 1 : 0));
        Assert.That((events >> (int)PerformanceEvent.Store) & 1, Is.EqualTo(stores ? 1 : 0));
        Assert.That((events >> (int)PerformanceEvent.MemoryAccess) & 1, Is.EqualTo(loads || stores ? 1 : 0));
    }

    [Test]
    public void ExceptionsAndReturnsAreEvents()
    {
        _world.Enter(1);
        SetUpCounter(0, PerformanceEvent.ExceptionTaken);
        SetUpCounter(1, PerformanceEvent.ExceptionReturn);
        SetUpCounter(2, PerformanceEvent.Instruction);
        ulong instructions = Count(2);
        _world.Write(CpuWorld.Code, A64.Svc(0), A64.Nop);
        _world.Write(CpuWorld.VectorsOf(1) + 0x200, A64.Eret);
        _world.State->Pc = CpuWorld.Code;
        _world.Run(3);
        Assert.That(Count(0), Is.EqualTo(1));
        Assert.That(Count(1), Is.EqualTo(1));
        Assert.That(Count(2) - instructions, Is.EqualTo(3));
    }

    [Test]
    public void AFaultIsNoInstruction()
    {
        _world.Enter(1);
        SetUpCounter(0, PerformanceEvent.Instruction);
        ulong before = Count(0);
        _world.Write(CpuWorld.Code, A64.Nop, A64.Udf);
        _world.State->Pc = CpuWorld.Code;
        _world.Run(2);
        Assert.That(Count(0) - before, Is.EqualTo(1));
    }

    [TestCase(0UL, 2)]
    [TestCase(ExcludesEl0, 1)]
    [TestCase(ExcludesEl1, 1)]
    [TestCase(ExcludesEl0 | ExcludesEl1, 0)]
    public void LevelsAreFiltered(ulong filter, int expected)
    {
        using CpuWorld world = new(CpuModel.CortexA57.WithHighestLevel(1));
        world[SystemRegisterSlot.PmcrEl0] |= Enable;
        world[SystemRegisterSlot.PmcntenEl0] = 1;
        world[SystemRegisterSlot.PmevtyperEl0] = filter | (ulong)PerformanceEvent.Instruction;
        world.Enter(0);
        ulong before = world.Cpu.ReadEventCount(0);
        world.Write(CpuWorld.Code, A64.Svc(0));
        world.Write(CpuWorld.VectorsOf(1) + 0x400, A64.Nop);
        world.State->Pc = CpuWorld.Code;
        world.Run(2);
        Assert.That(world.Cpu.ReadEventCount(0) - before, Is.EqualTo(expected));
    }

    [Test]
    public void TheSecureStateCountsEventsOnlyWherePermitted()
    {
        _world[SystemRegisterSlot.PmcrEl0] |= Enable;
        _world[SystemRegisterSlot.PmcntenEl0] = 1 | Cycles;
        _world[SystemRegisterSlot.PmevtyperEl0] = (ulong)PerformanceEvent.Instruction;
        _world.Enter(1, secure: true);
        ulong cycles = _world.Cpu.CycleCount;
        _world.Execute(A64.Nop);
        Assert.That(_world.Cpu.ReadEventCount(0), Is.Zero);
        Assert.That(_world.Cpu.CycleCount - cycles, Is.EqualTo(1));
    }

    [Test]
    public void AnOverflowIsToldAtItsInstruction()
    {
        _world.Enter(1);
        Write(Pmintenset, 1);
        SetUpCounter(0, PerformanceEvent.Instruction);
        _world.Cpu.WriteEventCount(0, uint.MaxValue - 2);
        long start = _world.State->Retired;
        Assert.That(_world.Cpu.NextOverflow, Is.EqualTo(start + 3));
        _world.Write(CpuWorld.Code, A64.Nop, A64.Nop, A64.Nop, A64.Nop);
        _world.State->Pc = CpuWorld.Code;
        _world.Run(2);
        _world.Cpu.CountPerformance();
        Assert.That(_overflow.Level, Is.False);
        _world.Run(1);
        _world.Cpu.CountPerformance();
        Assert.That(_overflow.Level, Is.True);
        Assert.That(Read(Pmovsclr), Is.EqualTo(1));
        Write(Pmovsclr, 1);
        Assert.That(_overflow.Level, Is.False);
    }

    [Test]
    public void TheCycleCounterOverflowsAtThirtyTwoBitsOrSixtyFour()
    {
        _world.Enter(1);
        Write(Pmcntenset, Cycles);
        Write(Pmintenset, Cycles);
        Write(Pmcr, Enable);
        _world.Cpu.CycleCount = uint.MaxValue;
        Assert.That(_world.Cpu.NextOverflow - _world.State->Retired, Is.EqualTo(1));
        Write(Pmcr, Enable | (1 << 6));
        _world.Cpu.CycleCount = ulong.MaxValue - 9;
        Assert.That(_world.Cpu.NextOverflow - _world.State->Retired, Is.EqualTo(10));
        Write(Pmcr, Enable | (1 << 3));
        _world.Cpu.CycleCount = uint.MaxValue;
        Assert.That(_world.Cpu.NextOverflow - _world.State->Retired, Is.InRange(1, 64));
    }

    [Test]
    public void TheCycleCounterCanBeDividedBySixtyFour()
    {
        _world.Enter(1);
        Write(Pmcntenset, Cycles);
        Write(Pmcr, Enable | (1 << 3) | (1 << 2));
        for (int i = 0; i < 640; i++)
        {
            _world.Execute(A64.Nop);
        }

        Assert.That(_world.Cpu.CycleCount, Is.EqualTo(10));
    }

    [Test]
    public void AnOddCounterCanCountTheOverflowsOfTheOneBelow()
    {
        _world.Enter(1);
        SetUpCounter(0, PerformanceEvent.SoftwareIncrement);
        SetUpCounter(1, PerformanceEvent.Chain);
        _world.Cpu.WriteEventCount(0, uint.MaxValue);
        Write(Pmswinc, 1);
        Write(Pmswinc, 3);
        Assert.That(Count(0), Is.EqualTo(1));
        Assert.That(Count(1), Is.EqualTo(1));
        Assert.That(Read(Pmovsclr), Is.EqualTo(1));
    }

    [Test]
    public void CountersOfAHypervisorAreHidden()
    {
        _world[SystemRegisterSlot.MdcrEl2] = 2;
        _world.Enter(1);
        Assert.That((Read(Pmcr) >> 11) & 0x1f, Is.EqualTo(2));
        Write(Pmcntenset, ulong.MaxValue);
        Assert.That(_world[SystemRegisterSlot.PmcntenEl0], Is.EqualTo(Cycles | 3));
    }

    [Test]
    public void CyclesCanBeFiltered()
    {
        _world.Enter(1);
        Write(Pmcntenset, Cycles);
        Write(Pmcr, Enable);
        Write(Pmccfiltr, ExcludesEl1);
        ulong before = Read(Pmccntr);
        _world.Execute(A64.Nop);
        Assert.That(Read(Pmccntr), Is.EqualTo(before));
    }

    [Test]
    public void AnotherCpusTurnIsNotCounted()
    {
        _world.Enter(1);
        SetUpCounter(0, PerformanceEvent.Instruction);
        ulong before = Count(0);
        _world.State->Retired += 1000;
        _world.Cpu.ResumePerformance();
        Assert.That(Count(0), Is.EqualTo(before));
    }

    private void SetUpCounter(int counter, PerformanceEvent performanceEvent)
    {
        // Counted in Non-secure EL1, which has neither P nor NSK.
        _world.Cpu.WriteEventType(counter, (ulong)performanceEvent);
        _world.Cpu.ChangeCounterBits(SystemRegisterSlot.PmcntenEl0, 1UL << counter, set: true);
        _world.Cpu.WritePerformanceControl(Enable);
    }

    private ulong Count(int counter) => _world.Cpu.ReadEventCount(counter);

    private void Write(ushort register, ulong value)
    {
        _world.SetX(9, value);
        _world.Execute(A64.Write(register, 9));
    }

    private ulong Read(ushort register)
    {
        _world.Execute(A64.Read(register, 9));
        return _world.X(9);
    }

    private sealed class RecordedLevel : Emulator.Interrupts.IInterruptLine
    {
        public bool Level { get; private set; }

        public void Set(bool level) => Level = level;
    }
}
