using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

[TestFixture]
internal sealed class ExceptionTests
{
    [TestCase(0, 1, 0x400)]
    [TestCase(1, 1, 0x200)]
    [TestCase(2, 2, 0x200)]
    [TestCase(3, 3, 0x200)]
    public void SvcGoesToTheOwnLevelOrEl1(int from, int to, int offset)
    {
        using CpuWorld world = new CpuWorld().Enter(from);
        world.Execute(A64.Svc(0xabcd));
        AssertTaken(world, to, offset, ExceptionClass.SupervisorCall, CpuWorld.Code + 4);
        Assert.That(world.IssAt(to), Is.EqualTo(0xabcd));
    }

    [Test]
    public void SvcCountsOneRetired()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        unsafe
        {
            long before = world.State->Retired;
            world.Write(CpuWorld.Code, A64.Svc(0));
            world.Write(CpuWorld.VectorsOf(1) + 0x200, A64.Nop, A64.Nop);
            world.Run(3);
            Assert.That(world.State->Retired, Is.EqualTo(before + 3));
            Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(1) + 0x208));
        }
    }

    [Test]
    public void StackPointerZeroSelectsTheFirstQuarterOfTheVectors()
    {
        using CpuWorld world = new CpuWorld().Enter(1, handlerStack: false);
        world.Execute(A64.Svc(0));
        AssertTaken(world, 1, 0x000, ExceptionClass.SupervisorCall, CpuWorld.Code + 4);
    }

    [Test]
    public void EntrySavesAndMasksProcessState()
    {
        using CpuWorld world = new CpuWorld().Enter(0, mask: 0);
        unsafe
        {
            world.State->SetFlags(0xa000_0000);
            world.Execute(A64.Svc(0));
            Assert.That(world[SystemRegisterSlot.SpsrEl1], Is.EqualTo(0xa000_0000));
            Assert.That(world.State->InterruptMask, Is.EqualTo(0x3c0));
            Assert.That(world.State->StackPointerSelect, Is.EqualTo(1));
            Assert.That(world.Cpu.GetProcessState(), Is.EqualTo(0xa000_03c5));
        }
    }

    [Test]
    public void EveryLevelHasItsOwnStackPointer()
    {
        using CpuWorld world = new CpuWorld().Enter(0);
        unsafe
        {
            world.State->StackPointers[1] = 0x1111;
            world.SetX(CpuState.StackPointer, 0x1000);
            world.Execute(A64.Svc(0));
            Assert.That(world.X(CpuState.StackPointer), Is.EqualTo(0x1111));
            world.Execute(A64.SpSel(0));
            Assert.That(world.X(CpuState.StackPointer), Is.EqualTo(0x1000));
        }
    }

    [TestCase(0, 1, 0x400)]
    [TestCase(1, 1, 0x200)]
    [TestCase(2, 2, 0x200)]
    [TestCase(3, 3, 0x200)]
    public void UndefinedInstructionsReturnToThemselves(int from, int to, int offset)
    {
        using CpuWorld world = new CpuWorld().Enter(from);
        world.Execute(A64.Udf);
        AssertTaken(world, to, offset, ExceptionClass.Unknown, CpuWorld.Code);
        Assert.That(world.IssAt(to), Is.Zero);
    }

    [TestCase(A64.Drps)]
    [TestCase(0xd4400000u)]
    [TestCase(0xd4a00001u)]
    [TestCase(0xd4a00002u)]
    [TestCase(0xd4a00003u)]
    public void HaltingDebugInstructionsAreUndefined(uint instruction)
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Execute(instruction);
        AssertTaken(world, 1, 0x200, ExceptionClass.Unknown, CpuWorld.Code);
        Assert.That(world.Unimplemented.Counts, Is.Empty);
    }

    [Test]
    public void GeneralExceptionsOfEl0GoToEl2WhenTgeIsSet()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.TrapGeneralExceptions;
        world.Enter(0);
        world.Execute(A64.Svc(1));
        AssertTaken(world, 2, 0x400, ExceptionClass.SupervisorCall, CpuWorld.Code + 4);
    }

    [Test]
    public void TgeMeansNothingInTheSecureState()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.TrapGeneralExceptions;
        world.Enter(0, secure: true);
        world.Execute(A64.Svc(1));
        AssertTaken(world, 1, 0x400, ExceptionClass.SupervisorCall, CpuWorld.Code + 4);
    }

    [TestCase(0, false, 1)]
    [TestCase(1, false, 1)]
    [TestCase(2, false, 2)]
    [TestCase(3, false, 3)]
    [TestCase(0, true, 2)]
    [TestCase(1, true, 2)]
    [TestCase(2, true, 2)]
    [TestCase(3, true, 3)]
    public void BrkGoesWhereDebugExceptionsAreRouted(int from, bool routed, int to)
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.MdcrEl2] = routed ? DebugConfiguration.RouteDebugExceptions : 0;
        world.Enter(from);
        world.Execute(A64.Brk(0x1234));
        AssertTaken(world, to, to > from ? 0x400 : 0x200, ExceptionClass.BreakpointInstruction, CpuWorld.Code);
        Assert.That(world.IssAt(to), Is.EqualTo(0x1234));
    }

    [TestCase(1, true, 2)]
    [TestCase(2, true, 2)]
    [TestCase(3, true, 3)]
    [TestCase(0, true, -1)]
    [TestCase(1, false, -1)]
    [TestCase(2, false, -1)]
    [TestCase(3, false, -1)]
    public void HvcGoesToEl2WhenEnabled(int from, bool enabled, int to)
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.ScrEl3] |= enabled ? SecureConfiguration.HypervisorCallEnable : 0;
        world.Enter(from);
        world.Execute(A64.Hvc(7));
        if (to < 0)
        {
            AssertTaken(world, Math.Max(from, 1), from == 0 ? 0x400 : 0x200, ExceptionClass.Unknown, CpuWorld.Code);
        }
        else
        {
            AssertTaken(world, to, to > from ? 0x400 : 0x200, ExceptionClass.HypervisorCall, CpuWorld.Code + 4);
        }
    }

    [Test]
    public void HvcIsUndefinedAtSecureEl1()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.HypervisorCallEnable;
        world.Enter(1, secure: true);
        world.Execute(A64.Hvc(7));
        AssertTaken(world, 1, 0x200, ExceptionClass.Unknown, CpuWorld.Code);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void SmcGoesToEl3(int from)
    {
        using CpuWorld world = new CpuWorld().Enter(from);
        world.Execute(A64.Smc(9));
        AssertTaken(world, 3, from == 3 ? 0x200 : 0x400, ExceptionClass.SecureMonitorCall, CpuWorld.Code + 4);
    }

    [Test]
    public void SmcIsUndefinedAtEl0()
    {
        using CpuWorld world = new CpuWorld().Enter(0);
        world.Execute(A64.Smc(9));
        AssertTaken(world, 1, 0x400, ExceptionClass.Unknown, CpuWorld.Code);
    }

    [Test]
    public void SmcIsUndefinedWhenDisabledOrWithoutEl3()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.SecureMonitorCallDisable;
        world.Enter(1);
        world.Execute(A64.Smc(9));
        AssertTaken(world, 1, 0x200, ExceptionClass.Unknown, CpuWorld.Code);

        using CpuWorld small = new(CpuModel.CortexA57.WithHighestLevel(1));
        small.Execute(A64.Smc(9));
        AssertTaken(small, 1, 0x200, ExceptionClass.Unknown, CpuWorld.Code);
        small.Execute(A64.Hvc(9));
        AssertTaken(small, 1, 0x200, ExceptionClass.Unknown, CpuWorld.Code);
    }

    [Test]
    public void SmcIsTrappedToEl2ByTscAndReturnsToItself()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.TrapSecureMonitorCall;
        world.Enter(1);
        world.Execute(A64.Smc(9));
        AssertTaken(world, 2, 0x400, ExceptionClass.SecureMonitorCall, CpuWorld.Code);
    }

    [Test]
    public void MisalignedPcFaultsWithItselfInFar()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        unsafe
        {
            world.State->Pc = CpuWorld.Code + 2;
        }

        world.Run(1);
        AssertTaken(world, 1, 0x200, ExceptionClass.PcAlignment, CpuWorld.Code + 2);
        Assert.That(world[SystemRegisterSlot.FarEl1], Is.EqualTo(CpuWorld.Code + 2));
    }

    [TestCase(0, ExceptionClass.InstructionAbortLower)]
    [TestCase(1, ExceptionClass.InstructionAbort)]
    public void FetchFromNothingIsAnExternalAbort(int from, ExceptionClass exceptionClass)
    {
        using CpuWorld world = new CpuWorld().Enter(from);
        unsafe
        {
            world.State->Pc = 0x1000;
        }

        world.Run(1);
        AssertTaken(world, 1, from == 0 ? 0x400 : 0x200, exceptionClass, 0x1000);
        Assert.That(world[SystemRegisterSlot.FarEl1], Is.EqualTo(0x1000));
        Assert.That(world.IssAt(1), Is.EqualTo((uint)FaultStatus.External));
    }

    [Test]
    public void ExternalAbortsGoToEl3WhenRouted()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.RouteExternalAborts;
        world.Enter(1);
        unsafe
        {
            world.State->Pc = 0x1000;
        }

        world.Run(1);
        AssertTaken(world, 3, 0x400, ExceptionClass.InstructionAbortLower, 0x1000);
    }

    [Test]
    public void FetchBeyondThePhysicalAddressesIsAnAddressSizeFault()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        unsafe
        {
            world.State->Pc = 1UL << 44;
        }

        world.Run(1);
        AssertTaken(world, 1, 0x200, ExceptionClass.InstructionAbort, 1UL << 44);
        Assert.That(world.IssAt(1), Is.EqualTo((uint)FaultStatus.AddressSize));
    }

    [Test]
    public void FaultingVectorLocksUp()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world[SystemRegisterSlot.VbarEl1] = 0;
        world.Execute(A64.Svc(0));
        Assert.That(world.Cpu.IsLockedUp, Is.False);
        world.Run(1_000_000);
        unsafe
        {
            Assert.That(world.Cpu.IsLockedUp, Is.True);
            Assert.That(world.State->ExitRequest, Is.Not.Zero);
            Assert.That(world.State->Retired, Is.LessThan(5000));
        }
    }

    [Test]
    public void VectorsThatExecuteAnInstructionDoNotLockUp()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Write(CpuWorld.VectorsOf(1) + 0x200, A64.Nop, A64.Svc(0));
        world.Execute(A64.Svc(0));
        world.Run(10_000);
        Assert.That(world.Cpu.IsLockedUp, Is.False);
        Assert.That(world.Cpu.ExceptionCounts[(int)ExceptionKind.Svc], Is.EqualTo(5001));
    }

    [Test]
    public void TheLastExceptionIsRemembered()
    {
        using CpuWorld world = new CpuWorld().Enter(0);
        world.Execute(A64.Svc(3));
        Assert.That(world.Cpu.LastException, Is.EqualTo(new ExceptionRecord(ExceptionKind.Svc, 0, 1, 0x5600_0003, CpuWorld.Code + 4, 0)));
    }

    private static void AssertTaken(CpuWorld world, int level, int offset, ExceptionClass exceptionClass, ulong returnAddress)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Cpu.ExceptionLevel, Is.EqualTo(level));
            Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(level) + (ulong)offset));
            Assert.That(world.ClassAt(level), Is.EqualTo(exceptionClass));
            Assert.That(world[SystemRegisterSlot.EsrEl1 + level - 1] & (1 << 25), Is.Not.Zero, "IL");
            Assert.That(world[SystemRegisterSlot.ElrEl1 + level - 1], Is.EqualTo(returnAddress));
        }
    }
}
