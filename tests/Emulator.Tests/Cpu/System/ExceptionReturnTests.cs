using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

[TestFixture]
internal sealed unsafe class ExceptionReturnTests
{
    private const uint Masked = 0x3c0;

    [TestCase(3, 0x0u, 0)]
    [TestCase(3, 0x4u, 1)]
    [TestCase(3, 0x5u, 1)]
    [TestCase(3, 0x8u, 2)]
    [TestCase(3, 0x9u, 2)]
    [TestCase(3, 0xcu, 3)]
    [TestCase(3, 0xdu, 3)]
    [TestCase(2, 0x5u, 1)]
    [TestCase(2, 0x9u, 2)]
    [TestCase(1, 0x0u, 0)]
    [TestCase(1, 0x4u, 1)]
    public void ReturnsToLegalStates(int from, uint mode, int to)
    {
        using CpuWorld world = new CpuWorld().Enter(from);
        Return(world, from, 0x5000_0000 | mode);
        Assert.That(world.Cpu.ExceptionLevel, Is.EqualTo(to));
        Assert.That(world.Cpu.GetProcessState(), Is.EqualTo(0x5000_0000 | mode));
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.Code + 0x40));
    }

    [TestCase(1, 0x9u, TestName = "To a higher level")]
    [TestCase(2, 0xdu, TestName = "To EL3 from EL2")]
    [TestCase(3, 0x1u, TestName = "To EL0 with its own stack pointer")]
    [TestCase(3, 0x2u, TestName = "With reserved M[1]")]
    [TestCase(3, 0x10u, TestName = "To AArch32 user")]
    [TestCase(3, 0x13u, TestName = "To AArch32 supervisor")]
    public void IllegalReturnsStayAndRaiseIllegalState(int from, uint mode)
    {
        using CpuWorld world = new CpuWorld().Enter(from);
        Return(world, from, 0x6000_0000 | mode);
        Assert.That(world.Cpu.ExceptionLevel, Is.EqualTo(from));
        Assert.That(world.State->IllegalState, Is.EqualTo(1));
        Assert.That(world.State->GetFlags(), Is.EqualTo(0x6000_0000));
        Assert.That(world.State->InterruptMask, Is.Zero);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.Code + 0x40));
        world.Run(1);
        Assert.That(world.ClassAt(from), Is.EqualTo(ExceptionClass.IllegalState));
        Assert.That(world[SystemRegisterSlot.ElrEl1 + from - 1], Is.EqualTo(CpuWorld.Code + 0x40));
        Assert.That(world[SystemRegisterSlot.SpsrEl1 + from - 1] & (1 << 20), Is.Not.Zero);
        Assert.That(world.State->IllegalState, Is.Zero);
    }

    [Test]
    public void ReturnToEl2IsIllegalInTheSecureState()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.ScrEl3] &= ~SecureConfiguration.NonSecure;
        Return(world, 3, 0x9);
        Assert.That(world.Cpu.ExceptionLevel, Is.EqualTo(3));
        Assert.That(world.State->IllegalState, Is.EqualTo(1));
    }

    [Test]
    public void ReturnToEl2IsIllegalWithoutIt()
    {
        using CpuWorld world = new(CpuModel.CortexA57 with { HasEl2 = false });
        world[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.NonSecure;
        Return(world, 3, 0x9);
        Assert.That(world.State->IllegalState, Is.EqualTo(1));
    }

    [Test]
    public void ReturnToEl1IsIllegalWithTge()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.TrapGeneralExceptions;
        world.Enter(2);
        Return(world, 2, 0x5);
        Assert.That(world.Cpu.ExceptionLevel, Is.EqualTo(2));
        Assert.That(world.State->IllegalState, Is.EqualTo(1));
    }

    [Test]
    public void EretIsUndefinedAtEl0()
    {
        using CpuWorld world = new CpuWorld().Enter(0);
        world.Execute(A64.Eret);
        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.Unknown));
    }

    [Test]
    public void IllegalStateBitIsRestored()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        Return(world, 1, Masked | (1 << 20) | 5);
        Assert.That(world.State->IllegalState, Is.EqualTo(1));
    }

    [Test]
    public void EretClearsTheExclusiveMonitorAndSetsTheEvent()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Execute(A64.Wfe);
        world.State->ExclusiveSet = 1;
        Return(world, 1, Masked | 5);
        Assert.That(world.State->ExclusiveSet, Is.Zero);
        Assert.That(world.Cpu.IsEventSet, Is.True);
    }

    [Test]
    public void ReturnAddressLosesItsTag()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world[SystemRegisterSlot.TcrEl1] = 3UL << 37;
        world[SystemRegisterSlot.SpsrEl1] = Masked;
        world[SystemRegisterSlot.ElrEl1] = 0xab00_0000_4001_0040;
        world.Execute(A64.Eret);
        Assert.That(world.Pc, Is.EqualTo(0x4001_0040));
    }

    private static void Return(CpuWorld world, int from, uint state)
    {
        world[SystemRegisterSlot.SpsrEl1 + from - 1] = state;
        world[SystemRegisterSlot.ElrEl1 + from - 1] = CpuWorld.Code + 0x40;
        world.Execute(A64.Eret);
    }
}
