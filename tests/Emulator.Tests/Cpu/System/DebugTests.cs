using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>Software step, breakpoints and watchpoints, as a kernel uses them on its users and on itself.</summary>
[TestFixture]
internal sealed unsafe class DebugTests
{
    private const uint Load = 0xf9400041; // LDR X1, [X2]
    private const uint Store = 0xf9000041; // STR X1, [X2]
    private const uint LoadByte = 0x39400041; // LDRB W1, [X2]
    private const uint LoadExclusive = 0xc85f7c41; // LDXR X1, [X2]
    private const uint Masked = 0x3c0;
    private const uint DebugUnmasked = 0x1c0;
    private const uint StepBit = 1 << 21;

    private CpuWorld _world = null!;

    [SetUp]
    public void SetUp()
    {
        // A kernel at EL1, with nothing above it, that has unlocked the OS lock.
        _world = new CpuWorld(CpuModel.CortexA57.WithHighestLevel(1));
        _world[SystemRegisterSlot.OslsrEl1] &= ~DebugControl.OsLock;
        _world.Write(CpuWorld.VectorsOf(1) + 0x400, A64.Eret);
        _world.Write(CpuWorld.VectorsOf(1) + 0x200, A64.Eret);
    }

    [TearDown]
    public void TearDown() => _world.Dispose();

    [Test]
    public void OneInstructionAfterEretIsStepped()
    {
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.SoftwareStep;
        _world.Write(CpuWorld.Code, A64.Nop, A64.Nop);
        ReturnTo(0, StepBit | Masked, CpuWorld.Code);
        Go(1);
        Assert.That(_world.Pc, Is.EqualTo(CpuWorld.Code + 4));
        Go(1);
        AssertTaken(ExceptionClass.SoftwareStepLower, CpuWorld.Code + 4, 0x0100_0022);
        Assert.That(_world[SystemRegisterSlot.SpsrEl1] & StepBit, Is.Zero);
    }

    [Test]
    public void WithoutTheBitTheStepIsOverAtOnce()
    {
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.SoftwareStep;
        ReturnTo(0, Masked, CpuWorld.Code);
        Go(1);
        AssertTaken(ExceptionClass.SoftwareStepLower, CpuWorld.Code, 0x22);
    }

    [Test]
    public void SteppedLoadExclusiveIsTold()
    {
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.SoftwareStep;
        _world.Write(CpuWorld.Code, LoadExclusive);
        _world.SetX(2, CpuWorld.RamBase);
        ReturnTo(0, StepBit | Masked, CpuWorld.Code);
        Go(2);
        AssertTaken(ExceptionClass.SoftwareStepLower, CpuWorld.Code + 4, 0x0100_0062);
    }

    [Test]
    public void ASteppedCallReturnsBehindItselfWithTheStepDone()
    {
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.SoftwareStep;
        _world.Write(CpuWorld.Code, A64.Svc(5));
        ReturnTo(0, StepBit | Masked, CpuWorld.Code);
        Go(1);
        AssertTaken(ExceptionClass.SupervisorCall, CpuWorld.Code + 4, 5);
        Assert.That(_world[SystemRegisterSlot.SpsrEl1] & StepBit, Is.Zero);

        // Its handler at EL1 is not stepped; back at EL0 the step is taken before the next instruction.
        Go(1);
        Assert.That(_world.Cpu.ExceptionLevel, Is.Zero);
        Go(1);
        AssertTaken(ExceptionClass.SoftwareStepLower, CpuWorld.Code + 4, 0x22);
    }

    [Test]
    public void AFaultOfASteppedInstructionKeepsTheStep()
    {
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.SoftwareStep;
        _world.Write(CpuWorld.Code, Load);
        _world.SetX(2, 0x1000);
        ReturnTo(0, StepBit | Masked, CpuWorld.Code);
        Go(1);
        AssertTaken(ExceptionClass.DataAbortLower, CpuWorld.Code, (uint)FaultStatus.External);
        Assert.That(_world[SystemRegisterSlot.SpsrEl1] & StepBit, Is.Not.Zero);
        _world.SetX(2, CpuWorld.RamBase);
        Go(3);
        AssertTaken(ExceptionClass.SoftwareStepLower, CpuWorld.Code + 4, 0x0100_0022);
    }

    [Test]
    public void TheKernelStepsItselfWhenItHasEnabledThat()
    {
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.LocalDebugEnable;
        _world.SetX(1, DebugControl.LocalDebugEnable | DebugControl.SoftwareStep);

        // With D masked the kernel's own code is not debugged; ERET to itself with D clear is.
        _world.Execute(A64.Write(A64.Register(2, 0, 0, 2, 2), 1));
        Assert.That(_world.Cpu.LastException, Is.Null);
        _world.Write(CpuWorld.Code, A64.Nop, A64.Nop);
        ReturnTo(1, StepBit | DebugUnmasked, CpuWorld.Code);
        Go(2);
        AssertTaken(ExceptionClass.SoftwareStep, CpuWorld.Code + 4, 0x0100_0022);
    }

    [Test]
    public void TheOsLockStopsDebugExceptions()
    {
        _world[SystemRegisterSlot.OslsrEl1] |= DebugControl.OsLock;
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.SoftwareStep;
        _world.Write(CpuWorld.Code, A64.Nop, A64.Nop, A64.Nop);
        ReturnTo(0, StepBit | Masked, CpuWorld.Code);
        Go(3);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Assert.That(_world.Pc, Is.EqualTo(CpuWorld.Code + 12));
    }

    [Test]
    public void SteppingThroughALoopCountsEveryInstruction()
    {
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.SoftwareStep;
        _world.Write(CpuWorld.Code, A64.Nop, 0x17ffffff); // B back to the NOP
        ReturnTo(0, StepBit | Masked, CpuWorld.Code);
        int steps = 0;
        for (int i = 0; i < 50; i++)
        {
            long before = _world.State->Retired;
            Go(2);
            Assert.That(_world.State->Retired, Is.EqualTo(before + 2));
            AssertTaken(ExceptionClass.SoftwareStepLower, CpuWorld.Code + (i % 2 == 0 ? 4UL : 0), 0x0100_0022);
            steps++;
            ReturnTo(0, StepBit | Masked, _world[SystemRegisterSlot.ElrEl1]);
        }

        Assert.That(_world.Cpu.ExceptionCounts[(int)ExceptionKind.Debug], Is.EqualTo(steps));
    }

    [Test]
    public void BreakpointIsTakenBeforeItsInstruction()
    {
        SetBreakpoint(0, CpuWorld.Code + 8, control: 0x1e5);
        _world.Write(CpuWorld.Code, A64.Nop, A64.Nop, A64.Nop);
        ReturnTo(0, Masked, CpuWorld.Code);
        Go(2);
        Assert.That(_world.Pc, Is.EqualTo(CpuWorld.Code + 8));
        Go(1);
        AssertTaken(ExceptionClass.BreakpointLower, CpuWorld.Code + 8, 0x22);
    }

    [TestCase(0x1e5u, 0, true, TestName = "For EL0, at EL0")]
    [TestCase(0x1e5u, 1, false, TestName = "For EL0, at EL1")]
    [TestCase(0x1e3u, 1, true, TestName = "For EL1, at EL1")]
    [TestCase(0x1e3u, 0, false, TestName = "For EL1, at EL0")]
    [TestCase(0x1e7u, 1, true, TestName = "For both, at EL1")]
    [TestCase(0x1e6u, 0, false, TestName = "Off")]
    public void BreakpointsAreForLevels(uint control, int level, bool taken)
    {
        SetBreakpoint(3, CpuWorld.Code, control);
        _world.Write(CpuWorld.Code, A64.Nop);
        ReturnTo(level, DebugUnmasked, CpuWorld.Code);
        Go(1);
        Assert.That(_world.Cpu.LastException is not null, Is.EqualTo(taken));
    }

    [Test]
    public void LinkedBreakpointNeedsItsContext()
    {
        SetBreakpoint(5, 0x77, control: 0x30_01e5);
        SetBreakpoint(0, CpuWorld.Code, control: 0x15_01e5);
        _world.Write(CpuWorld.Code, A64.Nop);
        ReturnTo(0, Masked, CpuWorld.Code);
        Go(1);
        Assert.That(_world.Cpu.LastException, Is.Null);
        _world.Cpu.Reset();
        SetUpAgain();
        SetBreakpoint(5, 0x77, control: 0x30_01e5);
        SetBreakpoint(0, CpuWorld.Code, control: 0x15_01e5);
        _world[SystemRegisterSlot.ContextidrEl1] = 0x77;
        ReturnTo(0, Masked, CpuWorld.Code);
        Go(1);
        AssertTaken(ExceptionClass.BreakpointLower, CpuWorld.Code, 0x22);
    }

    [Test]
    public void BreakpointsCanBeSetWhileRunning()
    {
        // The kernel sets a breakpoint on itself a few instructions ahead.
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.MonitorDebugEnable | DebugControl.LocalDebugEnable;
        _world[SystemRegisterSlot.DbgbvrEl1] = CpuWorld.Code + 12;
        _world.SetX(1, 0x1e3);
        _world.Write(CpuWorld.Code, A64.DaifClr(8), A64.Write(A64.Register(2, 0, 0, 0, 5), 1), A64.Nop, A64.Nop);
        _world.State->Pc = CpuWorld.Code;
        Go(4);
        AssertTaken(ExceptionClass.Breakpoint, CpuWorld.Code + 12, 0x22);
    }

    [TestCase(Load, 1, 0xff, 0UL, true, TestName = "A load of what loads are watched of")]
    [TestCase(Store, 1, 0xff, 0UL, false, TestName = "A store of what loads are watched of")]
    [TestCase(Store, 2, 0xff, 0UL, true, TestName = "A store of what stores are watched of")]
    [TestCase(Load, 3, 0xff, 0UL, true, TestName = "A load of what both are watched of")]
    [TestCase(LoadByte, 1, 0x10, 4UL, true, TestName = "The watched byte")]
    [TestCase(LoadByte, 1, 0x10, 5UL, false, TestName = "The byte beside")]
    [TestCase(Load, 1, 0x10, 0UL, true, TestName = "A doubleword with the watched byte")]
    [TestCase(Load, 1, 0xff, 8UL, false, TestName = "The doubleword beside")]
    public void WatchpointsAreForBytesAndDirections(uint instruction, int direction, int bytes, ulong offset, bool taken)
    {
        ulong watched = CpuWorld.RamBase + 0x100;
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.MonitorDebugEnable;
        _world[SystemRegisterSlot.DbgwvrEl1 + 1] = watched;
        _world[SystemRegisterSlot.DbgwcrEl1 + 1] = (uint)((bytes << 5) | (direction << 3) | 5);
        _world.Write(CpuWorld.Code, instruction, instruction);
        _world.SetX(2, watched + offset);
        _world.Write64(watched, 0x1234);
        _world.SetX(1, 0x5678);
        ReturnTo(0, Masked, CpuWorld.Code);
        Go(1);
        if (taken)
        {
            AssertTaken(ExceptionClass.WatchpointLower, CpuWorld.Code, 0x22 | (instruction == Store ? 0x40u : 0));
            Assert.That(_world[SystemRegisterSlot.FarEl1], Is.EqualTo(watched + offset));
            Assert.That(_world.Read64(watched), Is.EqualTo(0x1234));
        }
        else
        {
            Assert.That(_world.Cpu.LastException, Is.Null);
        }
    }

    [Test]
    public void WatchpointSeesAccessesThatTheTlbKnew()
    {
        ulong watched = CpuWorld.RamBase + 0x200;
        _world.SetX(2, watched);
        _world.Execute(Load);
        _world.Execute(Store);
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.MonitorDebugEnable;
        _world[SystemRegisterSlot.DbgwvrEl1] = watched;
        _world[SystemRegisterSlot.DbgwcrEl1] = 0x1ffd;
        _world.Write(CpuWorld.Code, Load);
        ReturnTo(0, Masked, CpuWorld.Code);
        Go(1);
        AssertTaken(ExceptionClass.WatchpointLower, CpuWorld.Code, 0x22);
    }

    [Test]
    public void WatchpointOverARange()
    {
        ulong watched = CpuWorld.RamBase + 0x4000;
        _world[SystemRegisterSlot.MdscrEl1] = DebugControl.MonitorDebugEnable;
        _world[SystemRegisterSlot.DbgwvrEl1] = watched;
        _world[SystemRegisterSlot.DbgwcrEl1] = (12 << 24) | 0x1ffd;
        foreach ((ulong offset, bool taken) in new[] { (0UL, true), (0xff8UL, true), (0x1000UL, false), (ulong.MaxValue - 7, false) })
        {
            long before = _world.Cpu.ExceptionCounts[(int)ExceptionKind.Debug];
            _world.Write(CpuWorld.Code, Load, A64.Svc(0));
            _world.SetX(2, watched + offset);
            ReturnTo(0, Masked, CpuWorld.Code);
            Go(taken ? 1 : 2);
            Assert.That(_world.Cpu.ExceptionCounts[(int)ExceptionKind.Debug] - before, Is.EqualTo(taken ? 1 : 0), $"{offset:x}");
        }
    }

    private void SetUpAgain()
    {
        _world[SystemRegisterSlot.OslsrEl1] &= ~DebugControl.OsLock;
        _world[SystemRegisterSlot.VbarEl1] = CpuWorld.VectorsOf(1);
    }

    private void SetBreakpoint(int n, ulong address, uint control)
    {
        _world[SystemRegisterSlot.MdscrEl1] |= DebugControl.MonitorDebugEnable | DebugControl.LocalDebugEnable;
        _world[SystemRegisterSlot.DbgbvrEl1 + n] = address;
        _world[SystemRegisterSlot.DbgbcrEl1 + n] = control;
    }

    private void ReturnTo(int level, uint state, ulong address)
    {
        _world[SystemRegisterSlot.SpsrEl1] = state | ((uint)level << 2) | (level == 0 ? 0u : 1);
        _world[SystemRegisterSlot.ElrEl1] = address;
        _world.Write(CpuWorld.Code - 0x40, A64.Eret);
        _world.State->Pc = CpuWorld.Code - 0x40;
        Go(1);
        Assert.That(_world.Pc, Is.EqualTo(address));
    }

    // Runs on through requests to leave, as a machine does.
    private void Go(long count)
    {
        long limit = _world.State->Retired + count;
        while (_world.State->Retired < limit)
        {
            _world.Run(limit - _world.State->Retired);
        }
    }

    private void AssertTaken(ExceptionClass exceptionClass, ulong returnAddress, uint syndrome)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_world.Cpu.ExceptionLevel, Is.EqualTo(1));
            Assert.That(_world.ClassAt(1), Is.EqualTo(exceptionClass));
            Assert.That(_world[SystemRegisterSlot.ElrEl1], Is.EqualTo(returnAddress));
            Assert.That(_world.IssAt(1), Is.EqualTo(syndrome));
        }
    }
}
