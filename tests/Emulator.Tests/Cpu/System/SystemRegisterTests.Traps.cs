using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <content>Who may access what, and where refusals go.</content>
internal sealed unsafe partial class SystemRegisterTests
{
    [TestCase("TTBR0_EL1", false, HypervisorConfiguration.TrapVirtualMemoryWrites)]
    [TestCase("TTBR0_EL1", true, HypervisorConfiguration.TrapVirtualMemoryReads)]
    [TestCase("CONTEXTIDR_EL1", false, HypervisorConfiguration.TrapVirtualMemoryWrites)]
    [TestCase("REVIDR_EL1", true, HypervisorConfiguration.TrapId1)]
    [TestCase("CTR_EL0", true, HypervisorConfiguration.TrapId2)]
    [TestCase("CLIDR_EL1", true, HypervisorConfiguration.TrapId2)]
    [TestCase("ID_AA64PFR0_EL1", true, HypervisorConfiguration.TrapId3)]
    [TestCase("ID_PFR0_EL1", true, HypervisorConfiguration.TrapId3)]
    [TestCase("ACTLR_EL1", true, HypervisorConfiguration.TrapAuxiliaryControl)]
    [TestCase("CPUACTLR_EL1", true, HypervisorConfiguration.TrapImplementationDefined)]
    [TestCase("DC CISW", false, HypervisorConfiguration.TrapSetWay)]
    [TestCase("DC CVAC", false, HypervisorConfiguration.TrapPointOfCoherency)]
    [TestCase("IC IVAU", false, HypervisorConfiguration.TrapPointOfUnification)]
    [TestCase("IC IALLU", false, HypervisorConfiguration.TrapPointOfUnification)]
    [TestCase("TLBI VMALLE1", false, HypervisorConfiguration.TrapTlb)]
    [TestCase("TLBI VAE1IS", false, HypervisorConfiguration.TrapTlb)]
    [TestCase("DC ZVA", false, HypervisorConfiguration.TrapZeroCacheLine)]
    public void HypervisorsTrapByHcr(string name, bool isRead, ulong bit)
    {
        SystemRegister register = Named(name);
        uint instruction = isRead ? A64.Read(register.Encoding, 5) : A64.Write(register.Encoding, 5);
        using CpuWorld free = new CpuWorld().Enter(1);
        free.SetX(5, CpuWorld.RamBase);
        free.Execute(instruction);
        Assert.That(free.Cpu.LastException?.Kind, Is.Null.Or.EqualTo(ExceptionKind.DataAbort));

        using CpuWorld world = new();
        world[SystemRegisterSlot.HcrEl2] |= bit;
        world.Enter(1);
        world.SetX(5, CpuWorld.RamBase);
        world.Execute(instruction);
        AssertTrap(world, 2, register, 5, isRead);
    }

    [TestCase("CTR_EL0", true, SystemControl.UserCacheType)]
    [TestCase("DAIF", true, SystemControl.UserMaskAccess)]
    [TestCase("DC CVAU", false, SystemControl.UserCacheInstructions)]
    [TestCase("DC CIVAC", false, SystemControl.UserCacheInstructions)]
    [TestCase("IC IVAU", false, SystemControl.UserCacheInstructions)]
    public void El0NeedsPermissionOfSctlr(string name, bool isRead, ulong bit)
    {
        SystemRegister register = Named(name);
        foreach (bool permitted in new[] { false, true })
        {
            using CpuWorld world = new();
            world[SystemRegisterSlot.SctlrEl1] = permitted ? bit : 0;
            world.Enter(0);
            world.SetX(5, CpuWorld.RamBase);
            world.Execute(isRead ? A64.Read(register.Encoding, 5) : A64.Write(register.Encoding, 5));
            if (permitted)
            {
                Assert.That(world.Cpu.LastException, Is.Null);
            }
            else
            {
                AssertTrap(world, 1, register, 5, isRead);
            }
        }
    }

    [Test]
    public void El0TrapsGoToEl2WithTge()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.SctlrEl1] = 0;
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.TrapGeneralExceptions;
        world.Enter(0);
        world.Execute(A64.Read(Named("CTR_EL0").Encoding, 0));
        AssertTrap(world, 2, Named("CTR_EL0"), 0, isRead: true);
    }

    [TestCase("PMCR_EL0", true, 8u, false)]
    [TestCase("PMCR_EL0", true, 1u, true)]
    [TestCase("PMCCNTR_EL0", true, 4u, true)]
    [TestCase("PMCCNTR_EL0", false, 4u, false)]
    [TestCase("PMSWINC_EL0", false, 2u, true)]
    [TestCase("PMXEVCNTR_EL0", true, 8u, true)]
    [TestCase("PMXEVCNTR_EL0", false, 8u, false)]
    [TestCase("PMSELR_EL0", false, 8u, true)]
    [TestCase("PMUSERENR_EL0", true, 0u, true)]
    public void El0NeedsPermissionOfPmuserenr(string name, bool isRead, uint enable, bool permitted)
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.PmuserenrEl0] = enable;
        world.Enter(0);
        world.Execute(isRead ? A64.Read(Named(name).Encoding, 1) : A64.Write(Named(name).Encoding, 1));
        Assert.That(world.Cpu.LastException?.Kind, permitted ? Is.Null : Is.EqualTo(ExceptionKind.SystemRegisterTrap));
    }

    [TestCase("MDSCR_EL1", DebugConfiguration.TrapDebug)]
    [TestCase("DBGBVR0_EL1", DebugConfiguration.TrapDebug)]
    [TestCase("OSLSR_EL1", DebugConfiguration.TrapDebugOsLock)]
    [TestCase("MDRAR_EL1", DebugConfiguration.TrapDebugRom)]
    [TestCase("PMCCNTR_EL0", DebugConfiguration.TrapPerformance)]
    [TestCase("PMCR_EL0", DebugConfiguration.TrapPerformanceControl)]
    public void DebugAndPerformanceAreTrappedByMdcr(string name, ulong bit)
    {
        using CpuWorld guest = new();
        guest[SystemRegisterSlot.MdcrEl2] |= bit;
        guest.Enter(1);
        guest.Execute(A64.Read(Named(name).Encoding, 4));
        AssertTrap(guest, 2, Named(name), 4, isRead: true);

        using CpuWorld hypervisor = new();
        hypervisor[SystemRegisterSlot.MdcrEl2] |= bit;
        hypervisor.Enter(2);
        hypervisor.Execute(A64.Read(Named(name).Encoding, 4));
        Assert.That(hypervisor.Cpu.LastException, Is.Null);
    }

    [TestCase(1, 1UL << 31, 0UL, 2, "CPACR_EL1")]
    [TestCase(2, 1UL << 31, 0UL, 0, "CPACR_EL1")]
    [TestCase(1, 0UL, 1UL << 31, 3, "CPACR_EL1")]
    [TestCase(2, 0UL, 1UL << 31, 3, "CPTR_EL2")]
    [TestCase(3, 0UL, 1UL << 31, 0, "CPTR_EL2")]
    public void AccessControlOfCoprocessorsIsTrappedByCptr(int level, ulong cptr2, ulong cptr3, int target, string name)
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.CptrEl2] = cptr2;
        world[SystemRegisterSlot.CptrEl3] = cptr3;
        world.Enter(level);
        world.Execute(A64.Read(Named(name).Encoding, 4));
        if (target == 0)
        {
            Assert.That(world.Cpu.LastException, Is.Null);
        }
        else
        {
            AssertTrap(world, target, Named(name), 4, isRead: true);
        }
    }

    [TestCase(0, 0u, 0u, 0u, 1)]
    [TestCase(1, 0u, 0u, 0u, 1)]
    [TestCase(0, 1u, 0u, 0u, 1)]
    [TestCase(1, 1u, 0u, 0u, 0)]
    [TestCase(1, 2u, 0u, 0u, 1)]
    [TestCase(0, 3u, 0u, 0u, 0)]
    [TestCase(0, 3u, 1u, 0u, 2)]
    [TestCase(1, 3u, 1u, 0u, 2)]
    [TestCase(2, 0u, 1u, 0u, 2)]
    [TestCase(2, 0u, 0u, 0u, 0)]
    [TestCase(2, 0u, 0u, 1u, 3)]
    [TestCase(3, 0u, 1u, 1u, 3)]
    [TestCase(3, 0u, 1u, 0u, 0)]
    public void FloatingPointIsTrappedByCpacrAndCptr(int level, uint cpacr, uint cptr2, uint cptr3, int target)
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.CpacrEl1] = (ulong)cpacr << CoprocessorTraps.FpenShift;
        world[SystemRegisterSlot.CptrEl2] = cptr2 * CoprocessorTraps.FloatingPoint;
        world[SystemRegisterSlot.CptrEl3] = cptr3 * CoprocessorTraps.FloatingPoint;
        world.Enter(level);
        if (level == 3)
        {
            // There is no way in that recomputes it, as the CPU has been there from reset.
            world.SetX(0, world[SystemRegisterSlot.CptrEl3]);
            world[SystemRegisterSlot.CptrEl3] = 0;
            world.Execute(A64.Write(Named("CPTR_EL3").Encoding, 0));
        }

        Assert.That(world.State->FloatingPointTrap, Is.EqualTo(target));
        world.Execute(A64.Read(Named("FPCR").Encoding, 0));
        if (target == 0)
        {
            Assert.That(world.Cpu.LastException, Is.Null);
        }
        else
        {
            Assert.That(world.Cpu.LastException?.ToLevel, Is.EqualTo(target));
            Assert.That(world.ClassAt(target), Is.EqualTo(ExceptionClass.FloatingPointTrap));
            Assert.That(world.IssAt(target), Is.EqualTo(0x1e0_0000));
        }
    }

    [Test]
    public void DaifNeedsPermissionAtEl0EvenAsAnImmediate()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.SctlrEl1] = 0;
        world.Enter(0);
        world.Execute(A64.DaifSet(0xf));
        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.SystemRegisterTrap));

        // Op2 6, Op1 3, CRn 4, Rt 31, CRm 15, write.
        Assert.That(world.IssAt(1), Is.EqualTo((6u << 17) | (3 << 14) | (4 << 10) | (31 << 5) | (15 << 1)));
    }
}
