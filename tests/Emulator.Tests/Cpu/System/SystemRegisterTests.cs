using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Interrupts;
using Moq;

namespace Emulator.Tests.Cpu.System;

[TestFixture]
internal sealed unsafe partial class SystemRegisterTests
{
    private static IEnumerable<string> AllNames() => SystemRegisterTable.All.ToArray().Select(r => r.Name);

    private static IEnumerable<string> NamesOfFullModel() => AllNames().Where(n => Named(n).IsOn(CpuModel.CortexA57));

    private static SystemRegister Named(string name) => SystemRegisterTable.All.ToArray().Single(r => r.Name == name);

    [Test]
    public void EncodingsAndNamesAreUnique()
    {
        SystemRegister[] all = SystemRegisterTable.All.ToArray();
        Assert.That(all.Select(r => r.Encoding), Is.Unique);
        Assert.That(all.Select(r => r.Name), Is.Unique);
    }

    /// <summary>op1 tells the lowest level that reaches a register (Arm ARM D12.1.1): that is independent of what the table says.</summary>
    [TestCaseSource(nameof(NamesOfFullModel))]
    public void LevelsBelowTheEncodingsOwnAreUndefined(string name)
    {
        SystemRegister register = Named(name);
        int lowest = ((register.Encoding >> 11) & 7) switch { 3 => 0, 4 or 5 => 2, 6 => 3, _ => 1 };
        for (int level = 0; level <= 3; level++)
        {
            using CpuWorld world = new();
            PermitEverything(world);
            world.Enter(level);
            bool isRead = register.ReadLevel <= 3;
            world.SetX(3, CpuWorld.RamBase);
            world.Execute(isRead ? A64.Read(register.Encoding, 3) : A64.Write(register.Encoding, 3));
            Assert.That(world.Cpu.LastException?.Kind == ExceptionKind.Undefined, Is.EqualTo(level < lowest), $"{name} at EL{level}");
            Assert.That(world.Unimplemented.Counts.Keys, Has.None.Contains(name));
        }
    }

    [TestCase("MIDR_EL1", 1)]
    [TestCase("CurrentEL", 1)]
    [TestCase("CTR_EL0", 0)]
    [TestCase("TPIDRRO_EL0", 0)]
    [TestCase("PMUSERENR_EL0", 0)]
    [TestCase("ID_AA64PFR0_EL1", 3)]
    public void WritesOfReadOnlyRegistersAreUndefined(string name, int level)
    {
        using CpuWorld world = new();
        PermitEverything(world);
        world.Enter(level);
        world.Execute(A64.Write(Named(name).Encoding, 0));
        Assert.That(world.Cpu.LastException?.Kind, Is.EqualTo(ExceptionKind.Undefined));
    }

    [TestCase("OSLAR_EL1")]
    [TestCase("PMSWINC_EL0")]
    public void ReadsOfWriteOnlyRegistersAreUndefined(string name)
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Execute(A64.Read(Named(name).Encoding, 0));
        Assert.That(world.Cpu.LastException?.Kind, Is.EqualTo(ExceptionKind.Undefined));
    }

    [Test]
    public void UnknownRegistersAreUndefinedAndReportedByName()
    {
        using CpuWorld world = new();
        world.Execute(A64.Read(A64.Register(3, 0, 15, 2, 0), 0));
        Assert.That(world.Cpu.LastException?.Kind, Is.EqualTo(ExceptionKind.Undefined));
        Assert.That(world.Unimplemented.Counts.Keys, Is.EqualTo(new[] { "system register S3_0_C15_C2_0 (read)" }));
    }

    [Test]
    public void MaxHasNoRegistersOfTheCortexCores()
    {
        using CpuWorld cortex = new CpuWorld().Enter(1);
        cortex.Execute(A64.Read(Named("CPUECTLR_EL1").Encoding, 0));
        Assert.That(cortex.Cpu.LastException, Is.Null);

        using CpuWorld max = new CpuWorld(CpuModel.Max).Enter(1);
        max.Execute(A64.Read(Named("CPUECTLR_EL1").Encoding, 0));
        Assert.That(max.Cpu.LastException?.Kind, Is.EqualTo(ExceptionKind.Undefined));
        Assert.That(max.Unimplemented.Counts.Keys, Is.EqualTo(new[] { "system register CPUECTLR_EL1 (read)" }));
    }

    /// <summary>Read by a bare-metal guest on QEMU 7.2 (-M virt,gic-version=3,secure=on,virtualization=on) at EL3.</summary>
    [TestCase("MIDR_EL1", 0x410fd034u, 0x411fd070u, 0x410fd083u)]
    [TestCase("MPIDR_EL1", 0x80000000u, 0x80000000u, 0x80000000u)]
    [TestCase("REVIDR_EL1", 0u, 0u, 0u)]
    [TestCase("AIDR_EL1", 0u, 0u, 0u)]
    [TestCase("ID_PFR0_EL1", 0x131u, 0x131u, 0x131u)]
    [TestCase("ID_PFR1_EL1", 0x10011011u, 0x10011011u, 0x10011011u)]
    [TestCase("ID_DFR0_EL1", 0x3010066u, 0x3010066u, 0x3010066u)]
    [TestCase("ID_MMFR0_EL1", 0x10101105u, 0x10101105u, 0x10201105u)]
    [TestCase("ID_MMFR1_EL1", 0x40000000u, 0x40000000u, 0x40000000u)]
    [TestCase("ID_MMFR2_EL1", 0x1260000u, 0x1260000u, 0x1260000u)]
    [TestCase("ID_MMFR3_EL1", 0x2102211u, 0x2102211u, 0x2102211u)]
    [TestCase("ID_ISAR0_EL1", 0x2101110u, 0x2101110u, 0x2101110u)]
    [TestCase("ID_ISAR1_EL1", 0x13112111u, 0x13112111u, 0x13112111u)]
    [TestCase("ID_ISAR2_EL1", 0x21232042u, 0x21232042u, 0x21232042u)]
    [TestCase("ID_ISAR3_EL1", 0x1112131u, 0x1112131u, 0x1112131u)]
    [TestCase("ID_ISAR4_EL1", 0x11142u, 0x11142u, 0x11142u)]
    [TestCase("ID_ISAR5_EL1", 0x11121u, 0x11121u, 0x11121u)]
    [TestCase("ID_AA64ISAR0_EL1", 0x11120u, 0x11120u, 0x11120u)]
    [TestCase("MVFR0_EL1", 0x10110222u, 0x10110222u, 0x10110222u)]
    [TestCase("MVFR1_EL1", 0x12111111u, 0x12111111u, 0x12111111u)]
    [TestCase("MVFR2_EL1", 0x43u, 0x43u, 0x43u)]
    [TestCase("ID_AA64DFR0_EL1", 0x10305106u, 0x10305106u, 0x10305106u)]
    [TestCase("ID_AA64ISAR1_EL1", 0u, 0u, 0u)]
    [TestCase("ID_AA64MMFR1_EL1", 0u, 0u, 0u)]
    [TestCase("CLIDR_EL1", 0x0a200023u, 0x0a200023u, 0x0a200023u)]
    [TestCase("CCSIDR_EL1", 0x700fe01au, 0x701fe00au, 0x701fe00au)]
    [TestCase("CTR_EL0", 0x84448004u, 0x8444c004u, 0x8444c004u)]
    [TestCase("DCZID_EL0", 4u, 4u, 4u)]
    [TestCase("PMCR_EL0", 0x41033000u, 0x41013000u, 0x41023000u)]
    [TestCase("PMCEID0_EL0", 0x480a_77c1u, 0x480a_77c1u, 0x480a_77c1u)]
    [TestCase("PMCEID1_EL0", 2u, 2u, 2u)]
    [TestCase("SCTLR_EL1", 0xc50838u, 0xc50838u, 0xc50838u)]
    [TestCase("SCTLR_EL2", 0u, 0u, 0u)]
    [TestCase("SCTLR_EL3", 0xc50838u, 0xc50838u, 0xc50838u)]
    [TestCase("MDCR_EL2", 6u, 6u, 6u)]
    [TestCase("OSLSR_EL1", 0xau, 0xau, 0xau)]
    [TestCase("L2CTLR_EL1", 0u, 0u, 0u)]
    public void IdentificationIsThatOfQemusModels(string name, uint a53, uint a57, uint a72)
    {
        Assert.That(Read(CpuModel.CortexA53), Is.EqualTo(a53), "cortex-a53");
        Assert.That(Read(CpuModel.CortexA57), Is.EqualTo(a57), "cortex-a57");
        Assert.That(Read(CpuModel.CortexA72), Is.EqualTo(a72), "cortex-a72");

        ulong Read(CpuModel model)
        {
            using CpuWorld world = new(model);
            world.Execute(A64.Read(Named(name).Encoding, 7));
            return world.X(7);
        }
    }

    [TestCase(1, 0x0100_0011u)]
    [TestCase(2, 0x0100_0111u)]
    [TestCase(3, 0x0100_1111u)]
    public void ProcessorFeaturesNameTheLevelsThatExistAndNoAArch32(int highest, uint expected)
    {
        using CpuWorld world = new(CpuModel.CortexA57.WithHighestLevel(highest));
        world.Execute(A64.Read(Named("ID_AA64PFR0_EL1").Encoding, 0));
        Assert.That(world.X(0), Is.EqualTo(expected));
    }

    [TestCase(0u, 0x701fe00au)]
    [TestCase(1u, 0x201fe012u)]
    [TestCase(2u, 0x70ffe07au)]
    [TestCase(3u, 0u)]
    [TestCase(4u, 0u)]
    public void CacheSizesAreSelectedByCsselr(uint selection, uint expected)
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.SetX(1, selection);
        world.Execute(A64.Write(Named("CSSELR_EL1").Encoding, 1));
        world.Execute(A64.Read(Named("CCSIDR_EL1").Encoding, 0));
        Assert.That(world.X(0), Is.EqualTo(expected));
    }

    [Test]
    public void GuestsOfEl2SeeItsIdentification()
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.VpidrEl2] = 0x1234;
        world[SystemRegisterSlot.VmpidrEl2] = 0x8000_0203;
        world.Enter(1);
        world.Execute(A64.Read(Named("MIDR_EL1").Encoding, 0));
        world.Execute(A64.Read(Named("MPIDR_EL1").Encoding, 1));
        Assert.That(world.X(0), Is.EqualTo(0x1234));
        Assert.That(world.X(1), Is.EqualTo(0x8000_0203));

        using CpuWorld secure = new();
        secure[SystemRegisterSlot.VpidrEl2] = 0x1234;
        secure.Enter(1, secure: true);
        secure.Execute(A64.Read(Named("MIDR_EL1").Encoding, 0));
        Assert.That(secure.X(0), Is.EqualTo(CpuModel.CortexA57.MainId));
    }

    [TestCase("VBAR_EL1", 0xffff_ffff_ffff_f800)]
    [TestCase("SPSR_EL1", 0xffff_fffful)]
    [TestCase("ESR_EL1", 0xffff_fffful)]
    [TestCase("FAR_EL1", ulong.MaxValue)]
    [TestCase("CPACR_EL1", 0x30_0000ul)]
    [TestCase("CSSELR_EL1", 0xful)]
    [TestCase("CONTEXTIDR_EL1", 0xffff_fffful)]
    [TestCase("ACTLR_EL1", 0ul)]
    [TestCase("AMAIR_EL1", 0ul)]
    [TestCase("PMSELR_EL0", 0x1ful)]
    [TestCase("DAIF", 0x3c0ul)]
    [TestCase("NZCV", 0xf000_0000ul)]
    [TestCase("FPSR", 0xf800_009ful)]
    [TestCase("FPCR", 0x07c0_0000ul)]
    [TestCase("SPSel", 1ul)]
    [TestCase("TPIDR_EL1", ulong.MaxValue)]
    public void OnlyImplementedBitsAreWritten(string name, ulong expected)
    {
        using CpuWorld world = new();
        world[SystemRegisterSlot.CpacrEl1] = 3 << 20;
        world.Enter(1);
        world.SetX(1, ulong.MaxValue);
        world.Execute(A64.Write(Named(name).Encoding, 1));
        world.Execute(A64.Read(Named(name).Encoding, 0));
        Assert.That(world.X(0), Is.EqualTo(expected));
    }

    [Test]
    public void ScrKeepsNoBitsOfFeaturesThatAreNotThere()
    {
        using CpuWorld world = new();
        world.SetX(1, ulong.MaxValue);
        world.Execute(A64.Write(Named("SCR_EL3").Encoding, 1));
        world.Execute(A64.Read(Named("SCR_EL3").Encoding, 0));
        Assert.That(world.X(0), Is.EqualTo(0x3fbf));
    }

    [Test]
    public void StackPointerOfEl0IsUndefinedWhileInUse()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.SetX(1, 0x77);
        world.Execute(A64.Write(Named("SP_EL0").Encoding, 1));
        Assert.That(world.Cpu.LastException, Is.Null);
        world.Execute(A64.SpSel(0));
        Assert.That(world.X(CpuState.StackPointer), Is.EqualTo(0x77));
        world.Execute(A64.Read(Named("SP_EL0").Encoding, 1));
        Assert.That(world.Cpu.LastException?.Kind, Is.EqualTo(ExceptionKind.Undefined));
    }

    [Test]
    public void SpSelIsUndefinedAtEl0()
    {
        using CpuWorld world = new CpuWorld().Enter(0);
        world.Execute(A64.SpSel(1));
        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.Unknown));
    }

    [Test]
    public void ZeroRegisterIsNeitherReadNorWritten()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Execute(A64.Read(Named("MIDR_EL1").Encoding, 31));
        Assert.That(world.X(CpuState.StackPointer), Is.Zero);
        Assert.That(world.X(CpuState.Zero), Is.Zero);
        world[SystemRegisterSlot.TpidrEl1] = 5;
        world.Execute(A64.Write(Named("TPIDR_EL1").Encoding, 31));
        Assert.That(world[SystemRegisterSlot.TpidrEl1], Is.Zero);
    }

    [TestCase(SystemRegisterResult.Ok, 0)]
    [TestCase(SystemRegisterResult.Undefined, 1)]
    [TestCase(SystemRegisterResult.TrapToEl1, 1)]
    [TestCase(SystemRegisterResult.TrapToEl2, 2)]
    [TestCase(SystemRegisterResult.TrapToEl3, 3)]
    public void BanksAnswerForRegistersOutsideTheCpu(SystemRegisterResult result, int target)
    {
        ushort counter = A64.Register(3, 3, 14, 0, 2);
        ulong value = 77;
        Mock<ISystemRegisterBank> other = new();
        _ = other.Setup(b => b.Read(It.Ref<SystemRegisterAccess>.IsAny, out It.Ref<ulong>.IsAny)).Returns(SystemRegisterResult.NotHere);
        Mock<ISystemRegisterBank> bank = new();
        SystemRegisterAccess expected = new(counter, 1, false, HypervisorConfiguration.RegisterWidth, SecureConfiguration.ReadAsOne | SecureConfiguration.RegisterWidth | 1);
        _ = bank.Setup(b => b.Read(expected, out value)).Returns(result);
        using CpuWorld world = new();
        world.Cpu.AttachBank(other.Object);
        world.Cpu.AttachBank(bank.Object);
        world.Enter(1);
        world.Execute(A64.Read(counter, 3));
        if (target == 0)
        {
            Assert.That(world.X(3), Is.EqualTo(77));
        }
        else
        {
            Assert.That(world.Cpu.LastException?.ToLevel, Is.EqualTo(target));
            Assert.That(world.ClassAt(target), Is.EqualTo(result == SystemRegisterResult.Undefined ? ExceptionClass.Unknown : ExceptionClass.SystemRegisterTrap));
        }
    }

    [Test]
    public void CounterReadsSeeTheExactCount()
    {
        long seen = 0;
        CpuWorld? world = null;
        Mock<ISystemRegisterBank> bank = new();
        ulong value = 0;
        _ = bank.Setup(b => b.Read(It.Ref<SystemRegisterAccess>.IsAny, out value)).Callback(() => seen = world!.State->Retired).Returns(SystemRegisterResult.Ok);
        using (world = new CpuWorld().Enter(1))
        {
            world.Cpu.AttachBank(bank.Object);
            world.Write(CpuWorld.Code, A64.Nop, A64.Nop, A64.Read(A64.Register(3, 3, 14, 0, 2), 0), A64.Nop);
            long before = world.State->Retired;
            world.Run(4);
            Assert.That(seen, Is.EqualTo(before + 2));
            Assert.That(world.State->Retired, Is.EqualTo(before + 4));
        }
    }

    [Test]
    public void CycleCounterCountsRetiredInstructionsWhileOn()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.SetX(1, 1);
        world.SetX(2, 1u << 31);
        world.Write(
            CpuWorld.Code,
            A64.Write(Named("PMCR_EL0").Encoding, 1),
            A64.Write(Named("PMCNTENSET_EL0").Encoding, 2),
            A64.Nop,
            A64.Nop,
            A64.Read(Named("PMCCNTR_EL0").Encoding, 3),
            A64.Write(Named("PMCNTENCLR_EL0").Encoding, 2),
            A64.Nop,
            A64.Read(Named("PMCCNTR_EL0").Encoding, 4));
        world.Run(8);
        Assert.That(world.X(3), Is.EqualTo(3));
        Assert.That(world.X(4), Is.EqualTo(4));
    }

    private static void PermitEverything(CpuWorld world)
    {
        world[SystemRegisterSlot.CpacrEl1] = 3 << 20;
        world[SystemRegisterSlot.PmuserenrEl0] = 0xf;
        world[SystemRegisterSlot.SctlrEl1] |= SystemControl.UserCacheInstructions | SystemControl.UserCacheType | SystemControl.UserMaskAccess | SystemControl.UserZeroCacheLine;
        Stage2World.MapAllOnItself(world);
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.DefaultCacheability;
    }

    private static void AssertTrap(CpuWorld world, int level, SystemRegister register, int rt, bool isRead)
    {
        uint e = register.Encoding;
        uint iss = ((e >> 14) << 20) | ((e & 7) << 17) | (((e >> 11) & 7) << 14) | (((e >> 7) & 15) << 10) | ((uint)rt << 5) | (((e >> 3) & 15) << 1) | (isRead ? 1u : 0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Cpu.LastException?.ToLevel, Is.EqualTo(level));
            Assert.That(world.ClassAt(level), Is.EqualTo(ExceptionClass.SystemRegisterTrap));
            Assert.That(world.IssAt(level), Is.EqualTo(iss));
            Assert.That(world[SystemRegisterSlot.ElrEl1 + level - 1], Is.EqualTo(CpuWorld.Code));
        }
    }
}
