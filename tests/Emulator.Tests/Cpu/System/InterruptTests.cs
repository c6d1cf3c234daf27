using Emulator.Cpu.System;
using Emulator.Interrupts;

namespace Emulator.Tests.Cpu.System;

[TestFixture]
internal sealed unsafe class InterruptTests
{
    /// <summary>
    /// Routing and masking of physical interrupts (Arm ARM D1.13.1). Each row: SCR_EL3's bit, HCR_EL2's bit, TGE; then for EL0 to EL3 what happens: a number is the
    /// level that takes it whatever PSTATE says, a number with m takes it unless masked, a dash leaves it pending.
    /// </summary>
    private static readonly (bool Secure, bool Scr, bool Hcr, bool Tge, string[] Levels)[] Rules =
    [
        (false, false, false, false, ["1m", "1m", "-", "-"]),
        (false, false, true, false, ["2", "2", "2m", "-"]),
        (false, false, false, true, ["2", "", "2m", "-"]),
        (false, true, false, false, ["3", "3", "3", "3m"]),
        (false, true, true, false, ["3", "3", "3", "3m"]),
        (true, false, false, false, ["1m", "1m", "", "-"]),
        (true, false, true, false, ["1m", "1m", "", "-"]),
        (true, true, false, false, ["3", "3", "", "3m"]),
        (true, true, true, true, ["3", "3", "", "3m"]),
    ];

    private static IEnumerable<TestCaseData> RoutingCases()
    {
        foreach ((bool secure, bool scr, bool hcr, bool tge, string[] levels) in Rules)
        {
            for (int level = 0; level <= 3; level++)
            {
                if (levels[level].Length > 0)
                {
                    foreach (InterruptInputs input in new[] { InterruptInputs.Irq, InterruptInputs.Fiq, InterruptInputs.SystemError })
                    {
                        yield return new TestCaseData(input, secure, scr, hcr, tge, level, levels[level]);
                    }
                }
            }
        }
    }

    [TestCaseSource(nameof(RoutingCases))]
    public void PhysicalInterruptsAreRoutedAndMasked(InterruptInputs input, bool secure, bool scr, bool hcr, bool tge, int level, string expected)
    {
        foreach (bool masked in new[] { false, true })
        {
            using CpuWorld world = new();
            (ulong scrBit, ulong hcrBit, uint maskBit, int vector) = input switch
            {
                InterruptInputs.Irq => (SecureConfiguration.RouteIrq, HypervisorConfiguration.RouteIrq, 1u << 7, 0x80),
                InterruptInputs.Fiq => (SecureConfiguration.RouteFiq, HypervisorConfiguration.RouteFiq, 1u << 6, 0x100),
                _ => (SecureConfiguration.RouteExternalAborts, HypervisorConfiguration.RouteSystemError, 1u << 8, 0x180),
            };
            world[SystemRegisterSlot.ScrEl3] |= scr ? scrBit : 0;
            world[SystemRegisterSlot.HcrEl2] |= (hcr ? hcrBit : 0) | (tge ? HypervisorConfiguration.TrapGeneralExceptions : 0);
            world.Enter(level, secure, masked ? maskBit : 0x3c0 & ~maskBit);
            LineOf(world, input).Set(true);
            int target = expected == "-" || (expected.EndsWith('m') && masked) ? 0 : expected[0] - '0';
            Assert.That(world.State->ExitRequest != 0, Is.EqualTo(target != 0), $"exit request, masked {masked}");
            Assert.That(world.Cpu.TakePendingInterrupt(), Is.EqualTo(target != 0), $"taken, masked {masked}");
            if (target != 0)
            {
                Assert.That(world.Cpu.ExceptionLevel, Is.EqualTo(target));
                Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(target) + (target > level ? 0x400UL : 0x200) + (ulong)vector));
                Assert.That(world[SystemRegisterSlot.ElrEl1 + target - 1], Is.EqualTo(CpuWorld.Code));
            }
        }
    }

    [Test]
    public void FiqComesBeforeIrqBeforeSystemError()
    {
        using CpuWorld world = new CpuWorld().Enter(0, mask: 0);
        world.Cpu.SystemError.Set(true);
        world.Cpu.Irq.Set(true);
        world.Cpu.Fiq.Set(true);
        Assert.That(world.Cpu.TakePendingInterrupt(), Is.True);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(1) + 0x500));
        Assert.That(world.Cpu.TakePendingInterrupt(), Is.False);
        world.Cpu.Fiq.Set(false);
        world.Cpu.SetInterruptMask(0);
        Assert.That(world.Cpu.TakePendingInterrupt(), Is.True);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(1) + 0x280));
        world.Cpu.Irq.Set(false);
        world.Cpu.SetInterruptMask(0);
        Assert.That(world.Cpu.TakePendingInterrupt(), Is.True);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(1) + 0x380));
        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.SystemError));
    }

    [Test]
    public void UnmaskingTakesAPendingInterruptBeforeTheNextInstruction()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Cpu.Irq.Set(true);
        world.Write(CpuWorld.Code, A64.Nop, A64.DaifClr(2), A64.Nop, A64.Nop);
        world.Write(CpuWorld.VectorsOf(1) + 0x280, A64.Nop);
        world.RunWithInterrupts(4);
        Assert.That(world[SystemRegisterSlot.ElrEl1], Is.EqualTo(CpuWorld.Code + 8));
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(1) + 0x284));
    }

    [Test]
    public void ReturningToAnUnmaskedStateTakesAPendingInterrupt()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Cpu.Irq.Set(true);
        world[SystemRegisterSlot.SpsrEl1] = 0;
        world[SystemRegisterSlot.ElrEl1] = CpuWorld.Code + 0x80;
        world.Write(CpuWorld.Code, A64.Eret);
        world.RunWithInterrupts(2);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(1) + 0x480));
        Assert.That(world[SystemRegisterSlot.ElrEl1], Is.EqualTo(CpuWorld.Code + 0x80));
    }

    [Test]
    public void RoutingByScrTakesAPendingInterrupt()
    {
        using CpuWorld world = new();
        world.Cpu.Irq.Set(true);
        world.Cpu.SetInterruptMask(0);
        Assert.That(world.State->ExitRequest, Is.Zero);
        world.SetX(1, SecureConfiguration.RouteIrq);
        world.Write(CpuWorld.Code, A64.Write(A64.Register(3, 6, 1, 1, 0), 1), A64.Nop);
        world.State->Pc = CpuWorld.Code;
        world.RunWithInterrupts(2);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(3) + 0x280));
        Assert.That(world[SystemRegisterSlot.ElrEl3], Is.EqualTo(CpuWorld.Code + 4));
    }

    [TestCase(0, 0u, true, true)]
    [TestCase(1, 0u, true, true)]
    [TestCase(1, 1u << 7, true, false)]
    [TestCase(1, 0u, false, false)]
    [TestCase(2, 0u, true, false)]
    public void VirtualIrqIsForTheGuestOfAHypervisorThatTakesPhysicalOnes(int level, uint mask, bool routed, bool taken)
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.HcrEl2] |= routed ? HypervisorConfiguration.RouteIrq : 0;
        world.Enter(level, mask: mask);
        world.Cpu.VirtualIrq.Set(true);
        Assert.That(world.Cpu.TakePendingInterrupt(), Is.EqualTo(taken));
        Assert.That(world.Cpu.ExceptionLevel, Is.EqualTo(taken ? 1 : level));
    }

    [Test]
    public void VirtualInterruptsCanBeMadePendingInHcr()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.RouteSystemError | HypervisorConfiguration.VirtualSystemError;
        world.Enter(1, mask: 0);
        Assert.That(world.Cpu.TakePendingInterrupt(), Is.True);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(1) + 0x380));
        Assert.That(world[SystemRegisterSlot.HcrEl2] & HypervisorConfiguration.VirtualSystemError, Is.Zero, "taking it clears VSE");
    }

    [Test]
    public void InterruptStatusShowsWhatTheLevelWouldSee()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.RouteIrq;
        world.Enter(1);
        world.Cpu.Irq.Set(true);
        world.Cpu.Fiq.Set(true);
        Assert.That(world.Cpu.InterruptStatus, Is.EqualTo(1u << 6));
        world.Cpu.VirtualIrq.Set(true);
        Assert.That(world.Cpu.InterruptStatus, Is.EqualTo((1u << 6) | (1u << 7)));
    }

    [Test]
    public void WfiWaitsUntilAnInterruptIsPendingThoughMasked()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Execute(A64.Wfi);
        Assert.That(world.Cpu.Wait, Is.EqualTo(WaitKind.Interrupt));
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.Code + 4));
        Assert.That(world.State->ExitRequest, Is.Not.Zero);
        world.Cpu.SetEvent();
        Assert.That(world.Cpu.Wait, Is.EqualTo(WaitKind.Interrupt));
        world.Cpu.Irq.Set(true);
        Assert.That(world.Cpu.Wait, Is.EqualTo(WaitKind.None));
        world.Execute(A64.Wfi);
        Assert.That(world.Cpu.Wait, Is.EqualTo(WaitKind.None));
    }

    [Test]
    public void WfeConsumesAnEventOrWaitsForOne()
    {
        using CpuWorld world = new(Emulator.Cpu.CpuModel.CortexA57.WithHighestLevel(1));
        world.Execute(A64.Sevl);
        world.Execute(A64.Wfe);
        Assert.That(world.Cpu.Wait, Is.EqualTo(WaitKind.None));
        world.Execute(A64.Wfe);
        Assert.That(world.Cpu.Wait, Is.EqualTo(WaitKind.Event));
        world.Cpu.Irq.Set(true);
        Assert.That(world.Cpu.Wait, Is.EqualTo(WaitKind.Event), "a masked interrupt ends no WFE");
        world.Cpu.SetEvent();
        Assert.That(world.Cpu.Wait, Is.EqualTo(WaitKind.None));
    }

    [TestCase(A64.Wfi, 0u)]
    [TestCase(A64.Wfe, 1u)]
    public void WaitingIsTrappedByEachLevel(uint instruction, uint which)
    {
        using CpuWorld user = new CpuWorld().Enter(0);
        user[SystemRegisterSlot.SctlrEl1] = 0;
        user.Cpu.WaitForEvent();
        user.Execute(instruction);
        AssertTrap(user, 1, which);

        using CpuWorld guest = new();
        guest[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.TrapWaitForInterrupt | HypervisorConfiguration.TrapWaitForEvent;
        guest.Enter(1);
        guest.Cpu.WaitForEvent();
        guest.Execute(instruction);
        AssertTrap(guest, 2, which);

        using CpuWorld hypervisor = new();
        hypervisor[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.TrapWaitForInterrupt | SecureConfiguration.TrapWaitForEvent;
        hypervisor.Enter(2);
        hypervisor.Cpu.WaitForEvent();
        hypervisor.Execute(instruction);
        AssertTrap(hypervisor, 3, which);
    }

    [Test]
    public void SevReachesEveryCpuOfTheGroup()
    {
        using CpuWorld first = new CpuWorld().Enter(1);
        using CpuWorld second = new(Emulator.Cpu.CpuModel.CortexA57.WithHighestLevel(1));
        first.Cpu.Group.Add(second.Cpu);
        second.Execute(A64.Wfe);
        Assert.That(second.Cpu.Wait, Is.EqualTo(WaitKind.Event));
        first.Execute(A64.Sev);
        Assert.That(second.Cpu.Wait, Is.EqualTo(WaitKind.None));
        Assert.That(first.Cpu.IsEventSet, Is.True);
    }

    [Test]
    public void YieldLeavesOnlyWhenThereIsWhomToYieldTo()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Execute(A64.Yield);
        Assert.That(world.Cpu.HasYielded, Is.False);
        world.Cpu.OthersCanRun = () => false;
        world.Execute(A64.Yield);
        Assert.That(world.Cpu.HasYielded, Is.False);
        world.Cpu.OthersCanRun = () => true;
        world.Execute(A64.Yield);
        Assert.That(world.Cpu.HasYielded, Is.True);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.Code + 4));
    }

    private static void AssertTrap(CpuWorld world, int level, uint which)
    {
        Assert.That(world.Cpu.Wait, Is.EqualTo(WaitKind.None));
        Assert.That(world.Cpu.ExceptionLevel, Is.EqualTo(level));
        Assert.That(world.ClassAt(level), Is.EqualTo(ExceptionClass.WaitTrap));
        Assert.That(world.IssAt(level), Is.EqualTo(0x1e0_0000 | which));
        Assert.That(world[SystemRegisterSlot.ElrEl1 + level - 1], Is.EqualTo(CpuWorld.Code));
    }

    private static IInterruptLine LineOf(CpuWorld world, InterruptInputs input) => input switch
    {
        InterruptInputs.Irq => world.Cpu.Irq,
        InterruptInputs.Fiq => world.Cpu.Fiq,
        _ => world.Cpu.SystemError,
    };
}
