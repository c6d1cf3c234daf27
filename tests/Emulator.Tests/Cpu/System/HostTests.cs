using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>EL2 as the level of a host operating system (FEAT_VHE): names of registers, the EL2&amp;0 regime, what EL0 is trapped by.</summary>
[TestFixture]
internal sealed unsafe class HostTests
{
    private const uint Load = 0xf9400041; // LDR X1, [X2]
    private const uint LoadUnprivileged = 0xf8400841; // LDTR X1, [X2]
    private const ulong Host = HypervisorConfiguration.Host | HypervisorConfiguration.TrapGeneralExceptions;

    private static readonly ushort DataFaultAddress = A64.Register(3, 0, 6, 0, 0);

    private CpuWorld _world = null!;
    private PageTables _tables = null!;

    private static IEnumerable<string> Twins => SystemRegisterTable.All.ToArray().Where(r => r.HasHostTwin && r.Slot != SystemRegisterSlot.None).Select(r => r.Name);

    [SetUp]
    public void SetUp()
    {
        _world = new CpuWorld(CpuModel.Max);
        _tables = new PageTables(_world);
    }

    [TearDown]
    public void TearDown() => _world.Dispose();

    [TestCaseSource(nameof(Twins))]
    public void NamesOfEl1MeanEl2(string name)
    {
        SystemRegister el1 = Named(name);
        SystemRegister el2 = SystemRegisterTable.All[SystemRegisterTable.HostOf(SystemRegisterTable.Find(el1.Encoding))];
        SystemRegister el12 = Named(name + "2");
        _world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.Host;
        _world.Enter(2);
        _world[el1.Slot] = 0x11 << 20;
        _world[el2.Slot] = 0x22 << 20;
        Assert.That(Read(el1), Is.EqualTo(0x22 << 20));
        Assert.That(Read(el12), Is.EqualTo(0x11 << 20));
        Assert.That(Read(el2), Is.EqualTo(0x22 << 20));
    }

    [Test]
    public void WithoutHostNamesMeanWhatTheySay()
    {
        _world.Enter(2);
        _world[SystemRegisterSlot.FarEl1] = 1;
        _world[SystemRegisterSlot.FarEl2] = 2;
        Assert.That(Read(Named("FAR_EL1")), Is.EqualTo(1));
        _world.Execute(A64.Read(Named("FAR_EL12").Encoding, 3));
        Assert.That(_world.ClassAt(2), Is.EqualTo(ExceptionClass.Unknown));
    }

    [Test]
    public void El1UnderAHostHasItsOwnRegisters()
    {
        _world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.Host;
        _world.Enter(1);
        _world[SystemRegisterSlot.FarEl1] = 1;
        _world[SystemRegisterSlot.FarEl2] = 2;
        _world.Execute(A64.Read(DataFaultAddress, 3));
        Assert.That(_world.X(3), Is.EqualTo(1));
    }

    [Test]
    public void TheHostHasTwoRanges()
    {
        PageTables upper = new(_world, CpuWorld.RamBase + 0x90_0000);
        _world[SystemRegisterSlot.Ttbr1El2] = upper.Root;
        TurnOn();
        ulong low = _tables.Map(0, PageTables.PageAt(1), 0);
        ulong high = upper.Map(0, PageTables.PageAt(2), 0) | (~0UL << 39);
        _world.Write64(PageTables.PageAt(1), 1);
        _world.Write64(PageTables.PageAt(2), 2);
        _world.Enter(2);
        Access(Load, low);
        Assert.That(_world.X(1), Is.EqualTo(1));
        Access(Load, high);
        Assert.That(_world.X(1), Is.EqualTo(2));
    }

    [Test]
    public void UsersOfTheHostHaveItsTablesAndFaultToIt()
    {
        TurnOn();
        EnterUser(Load);
        _world.SetX(2, _tables.Map(1, PageTables.PageAt(1), PageTables.User));
        _world.Write64(PageTables.PageAt(1), 7);
        _world.Run(1);
        Assert.That(_world.X(1), Is.EqualTo(7));
        _world.SetX(2, _tables.Map(2, PageTables.PageAt(2), 0));
        _world.State->Pc -= 4;
        _world.Run(1);
        Assert.That(_world.ClassAt(2), Is.EqualTo(ExceptionClass.DataAbortLower));
        Assert.That(_world.IssAt(2), Is.EqualTo(0b0011_11));
    }

    [Test]
    public void UnprivilegedAccessesOfTheHostAreItsUsers()
    {
        TurnOn();
        ulong address = _tables.Map(1, PageTables.PageAt(1), 0);
        _world.Enter(2);
        Access(LoadUnprivileged, address);
        Assert.That(_world.ClassAt(2), Is.EqualTo(ExceptionClass.DataAbort));
    }

    [Test]
    public void AddressSpacesOfTheHostAreKeptApart()
    {
        TurnOn();
        PageTables other = new(_world, CpuWorld.RamBase + 0x90_0000);
        ulong address = _tables.Map(0, PageTables.PageAt(1), PageTables.NonGlobal);
        other.Map(0, PageTables.PageAt(2), PageTables.NonGlobal);
        _world.Write64(PageTables.PageAt(1), 1);
        _world.Write64(PageTables.PageAt(2), 2);
        _world.Enter(2);
        Access(Load, address);
        Assert.That(_world.X(1), Is.EqualTo(1));
        _world.SetX(3, other.Root | (5UL << 48));
        _world.Execute(A64.Write(A64.Register(3, 0, 2, 0, 0), 3));
        Access(Load, address);
        Assert.That(_world.X(1), Is.EqualTo(2));
    }

    [TestCase(7, 0, 0UL, TestName = "TLBI VMALLE1 of a host")]
    [TestCase(7, 1, 1UL, TestName = "TLBI VAE1 of a host")]
    [TestCase(7, 2, 0UL, TestName = "TLBI ASIDE1 of a host")]
    public void MaintenanceOfEl1IsTheHostsOwn(int crm, int op2, ulong byAddress)
    {
        TurnOn();
        ulong address = _tables.Map(0, PageTables.PageAt(1), 0);
        _world.Enter(2);
        Access(Load, address);
        Assert.That(IsCached(address), Is.True);
        _world.SetX(3, byAddress * (address >> 12));
        _world.Execute(A64.Write(A64.Register(1, 0, 8, crm, op2), 3));
        Assert.That(IsCached(address), Is.False);
    }

    [Test]
    public void TheLevelHintOfAnInvalidationHasNoEffect()
    {
        const ulong LevelThreeOf4K = 0b0111UL << 44;
        TurnOn();
        ulong address = _tables.Map(0, PageTables.PageAt(1), 0);
        _world.Enter(2);
        Access(Load, address);
        _world.SetX(3, (address >> 12) | LevelThreeOf4K);
        _world.Execute(A64.Write(A64.Register(1, 4, 8, 7, 1), 3));
        Assert.That(IsCached(address), Is.False);
    }

    [Test]
    public void TheCommonBitOfATableBaseIsKeptAndHasNoEffect()
    {
        TurnOn();
        _world[SystemRegisterSlot.Ttbr0El2] |= 1;
        ulong address = _tables.Map(0, PageTables.PageAt(1), 0);
        _world.Write64(PageTables.PageAt(1), 1);
        _world.Enter(2);
        Access(Load, address);
        Assert.That(_world.X(1), Is.EqualTo(1));
        Assert.That(Read(Named("TTBR0_EL2")) & 1, Is.EqualTo(1));
    }

    [TestCase(0, ExpectedResult = 2)]
    [TestCase(1, ExpectedResult = 0)]
    [TestCase(2, ExpectedResult = 2)]
    [TestCase(3, ExpectedResult = 0)]
    public int FloatingPointOfTheHostIsEnabledByCptr(int enable)
    {
        _world[SystemRegisterSlot.HcrEl2] |= Host;
        _world[SystemRegisterSlot.CptrEl2] = (ulong)enable << CoprocessorTraps.FpenShift;
        _world.Enter(2);
        return _world.State->FloatingPointTrap;
    }

    [TestCase(1, ExpectedResult = 2)]
    [TestCase(3, ExpectedResult = 0)]
    public int FloatingPointOfItsUsersToo(int enable)
    {
        _world[SystemRegisterSlot.HcrEl2] |= Host;
        _world[SystemRegisterSlot.CptrEl2] = (ulong)enable << CoprocessorTraps.FpenShift;
        _world.Enter(0);
        return _world.State->FloatingPointTrap;
    }

    [Test]
    public void CptrOfAHostHasTheFormatOfCpacr()
    {
        _world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.Host;
        _world.Enter(2);
        _world.SetX(3, ulong.MaxValue);
        _world.Execute(A64.Write(A64.Register(3, 0, 1, 0, 2), 3));
        Assert.That(_world[SystemRegisterSlot.CptrEl2], Is.EqualTo((3UL << 20) | (1UL << 31)));
    }

    [TestCase(Host, true)]
    [TestCase(HypervisorConfiguration.TrapGeneralExceptions, false)]
    public void InterruptsOfAHostAreMaskedInItsUsers(ulong hcr, bool masked)
    {
        _world[SystemRegisterSlot.HcrEl2] |= hcr;
        _world.Write(CpuWorld.Code, A64.Nop, A64.Nop);
        _world.Enter(0);
        _world.Cpu.Irq.Set(true);
        _world.RunWithInterrupts(1);
        Assert.That(_world.Cpu.ExceptionLevel, Is.EqualTo(masked ? 0 : 2));
    }

    [Test]
    public void UsersOfTheHostAreControlledByItsSctlr()
    {
        _world[SystemRegisterSlot.HcrEl2] |= Host;
        _world[SystemRegisterSlot.SctlrEl1] |= SystemControl.UserCacheType;
        _world[SystemRegisterSlot.SctlrEl2] &= ~SystemControl.UserCacheType;
        _world.Enter(0);
        _world.Execute(A64.Read(A64.Register(3, 3, 0, 0, 1), 3));
        Assert.That(_world.ClassAt(2), Is.EqualTo(ExceptionClass.SystemRegisterTrap));
    }

    [Test]
    public void WithHostInForceStage2AndTrapsAreOff()
    {
        _world[SystemRegisterSlot.HcrEl2] |= Host | HypervisorConfiguration.VirtualMemory | HypervisorConfiguration.TrapWaitForInterrupt;
        _world.Enter(0);
        Assert.That(_world.Cpu.EffectiveHcr & (HypervisorConfiguration.VirtualMemory | HypervisorConfiguration.TrapWaitForInterrupt), Is.Zero);
        _world.Execute(A64.Nop);
        Assert.That(_world.Cpu.LastException, Is.Null);
    }

    private static SystemRegister Named(string name) => SystemRegisterTable.All.ToArray().Single(r => r.Name == name);

    private void TurnOn()
    {
        _world[SystemRegisterSlot.Ttbr0El2] = _tables.Root;
        _world[SystemRegisterSlot.TcrEl2] = PageTables.Control;
        _world[SystemRegisterSlot.MairEl2] = PageTables.Attributes;
        _world[SystemRegisterSlot.SctlrEl2] |= SystemControl.MmuEnable;
        _world[SystemRegisterSlot.HcrEl2] |= Host;
    }

    // Runs an instruction of EL0 from a page that it may execute.
    private void EnterUser(uint instruction)
    {
        ulong code = _tables.Map(500, PageTables.PageAt(500), PageTables.User | PageTables.ReadOnly);
        _world.Write(PageTables.PageAt(500), instruction);
        _world.Enter(0);
        _world.State->Pc = code;
    }

    private ulong Read(SystemRegister register)
    {
        _world.Execute(A64.Read(register.Encoding, 3));
        return _world.X(3);
    }

    private void Access(uint instruction, ulong address)
    {
        _world.SetX(2, address);
        _world.Execute(instruction);
    }

    private bool IsCached(ulong address) =>
        _world.Cpu.Tlb.EntryFor(address)->ReadTag == ((address & ~0xfffUL) | _world.State->TlbContext);
}
