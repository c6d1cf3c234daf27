using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>PSTATE.PAN and UAO, the access flag and dirty state that hardware manages, and other controls of translation that ARMv8.1 to v8.5 bring.</summary>
[TestFixture]
internal sealed unsafe class AccessModeTests
{
    private const uint Load = 0xf9400041; // LDR X1, [X2]
    private const uint Store = 0xf9000041; // STR X1, [X2]
    private const uint LoadUnprivileged = 0xf8400841; // LDTR X1, [X2]
    private const ulong DirtyBitModifier = 1UL << 51;
    private const ulong SetsAccessFlag = 1UL << 39;
    private const ulong SetsDirtyState = 3UL << 39;
    private const uint PanBit = 1 << 22;

    private CpuWorld _world = null!;
    private PageTables _tables = null!;

    [SetUp]
    public void SetUp()
    {
        _world = new CpuWorld(CpuModel.Max);
        _tables = new PageTables(_world);
        _world[SystemRegisterSlot.Ttbr0El1] = _tables.Root;
        _world[SystemRegisterSlot.TcrEl1] = PageTables.Control;
        _world[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        _world[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable;
    }

    [TearDown]
    public void TearDown() => _world.Dispose();

    [TestCase(Load, false, false)]
    [TestCase(Load, true, true)]
    [TestCase(LoadUnprivileged, true, false)]
    public void PanForbidsDataOfUsers(uint instruction, bool pan, bool faults)
    {
        ulong address = _tables.Map(1, PageTables.PageAt(1), PageTables.User);
        _world.Enter(1);
        Access(Load, address);
        _world.Execute(SetPan(pan));
        Access(instruction, address);
        Assert.That(_world.Cpu.LastException is not null, Is.EqualTo(faults));
        if (faults)
        {
            Assert.That(_world.IssAt(1), Is.EqualTo(0b0011_11));
        }
    }

    [Test]
    public void PanLeavesOtherDataAndCodeAlone()
    {
        ulong address = _tables.Map(1, PageTables.PageAt(1), 0);
        _world.Enter(1);
        _world.Execute(SetPan(true));
        Access(Load, address);
        Access(Store, address);
        Assert.That(_world.Cpu.LastException, Is.Null);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void UaoMakesUnprivilegedLoadsOrdinary(bool uao)
    {
        ulong address = _tables.Map(1, PageTables.PageAt(1), 0);
        _world.Enter(1);
        _world.Execute(0xd500407f | (uao ? 0x100u : 0));
        Access(LoadUnprivileged, address);
        Assert.That(_world.Cpu.LastException is null, Is.EqualTo(uao));
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    public void ExceptionsSetPanUnlessSpanKeepsIt(bool span, bool expected)
    {
        _world[SystemRegisterSlot.SctlrEl1] = span ? _world[SystemRegisterSlot.SctlrEl1] | SystemControl.KeepsPan : _world[SystemRegisterSlot.SctlrEl1] & ~SystemControl.KeepsPan;
        _world.Enter(1);
        _world.Execute(0xd500417f); // MSR UAO, #1
        _world.Execute(A64.Svc(0));
        Assert.That(_world.Cpu.HasPan, Is.EqualTo(expected));
        Assert.That(_world.Cpu.HasUao, Is.False);
        Assert.That(_world[SystemRegisterSlot.SpsrEl1] & (PanBit | (1 << 23)), Is.EqualTo(1 << 23));
        _world.Execute(A64.Eret);
        Assert.That(_world.Cpu.HasPan, Is.False);
        Assert.That(_world.Cpu.HasUao, Is.True);
    }

    [Test]
    public void PanIsARegisterToo()
    {
        ushort pan = A64.Register(3, 0, 4, 2, 3);
        _world.Enter(1);
        _world.SetX(3, ulong.MaxValue);
        _world.Execute(A64.Write(pan, 3));
        _world.Execute(A64.Read(pan, 4));
        Assert.That(_world.X(4), Is.EqualTo(PanBit));
    }

    [TestCase(0xd500419fu, Description = "MSR PAN, #1")]
    [TestCase(0xd500417fu, Description = "MSR UAO, #1")]
    public void CoresOfArmV80HaveNeither(uint instruction)
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Execute(instruction);
        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.Unknown));
    }

    [TestCase(8, 0UL)]
    [TestCase(9, 1UL)]
    public void OnlyTheAddressTranslationsNamedSoCheckPan(int crm, ulong failed)
    {
        ulong address = _tables.Map(1, PageTables.PageAt(1), PageTables.User);
        _world.Enter(1);
        _world.Execute(SetPan(true));
        _world.SetX(2, address);
        _world.Execute(A64.Write(A64.Register(1, 0, 7, crm, 0), 2));
        Assert.That(_world[SystemRegisterSlot.ParEl1] & 1, Is.EqualTo(failed));
    }

    [Test]
    public void HardwareSetsTheAccessFlag()
    {
        _world[SystemRegisterSlot.TcrEl1] |= SetsAccessFlag;
        ulong address = _tables.Set(1, PageTables.PageAt(1) | 3);
        ulong entry = EntryOf(1);
        _world.Enter(1);
        _world.SetX(2, address);
        _world.Execute(A64.Write(A64.Register(1, 0, 7, 8, 0), 2));
        Assert.That(_world[SystemRegisterSlot.ParEl1] & 1, Is.Zero);
        Assert.That(_world.Read64(entry) & PageTables.AccessFlag, Is.Zero, "AT sets no flag");
        _world.Ram.ClearDirty();
        Access(Load, address);
        Assert.That(_world.Read64(entry), Is.EqualTo(PageTables.PageAt(1) | 3 | PageTables.AccessFlag));
        Assert.That(_world.Ram.IsDirty((int)((entry - CpuWorld.RamBase) >> 12)), Is.True);
    }

    [Test]
    public void HardwareMakesACleanPageWritable()
    {
        _world[SystemRegisterSlot.TcrEl1] |= SetsDirtyState;
        ulong address = _tables.Map(1, PageTables.PageAt(1), PageTables.ReadOnly | DirtyBitModifier);
        _world.Enter(1);
        Access(Load, address);
        Assert.That(_world.Read64(EntryOf(1)) & PageTables.ReadOnly, Is.Not.Zero);
        _world.SetX(1, 5);
        Access(Store, address);
        Assert.That(_world.Read64(EntryOf(1)) & PageTables.ReadOnly, Is.Zero);
        Assert.That(_world.Read64(PageTables.PageAt(1)), Is.EqualTo(5));
        Assert.That(_world.Cpu.LastException, Is.Null);
    }

    [Test]
    public void WithoutTheModifierReadOnlyIsReadOnly()
    {
        _world[SystemRegisterSlot.TcrEl1] |= SetsDirtyState;
        ulong address = _tables.Map(1, PageTables.PageAt(1), PageTables.ReadOnly);
        _world.Enter(1);
        Access(Store, address);
        Assert.That(_world.IssAt(1) & 0x3f, Is.EqualTo(0b0011_11));
    }

    [Test]
    public void HardwareManagesTheFlagsOfStage2()
    {
        using Stage2World world = new(CpuModel.Max);
        world.Cpu[SystemRegisterSlot.VtcrEl2] |= 3UL << 21;
        ulong address = world.Tables.Set(1, PageTables.PageAt(1) | Stage2World.Readable | Stage2World.Normal | DirtyBitModifier | 3);
        ulong entry = world.Tables.Root + 0x3008;
        world.Cpu.Enter(1);
        world.Access(Load, address);
        Assert.That(world.Cpu.Read64(entry) & (PageTables.AccessFlag | Stage2World.Writable), Is.EqualTo(PageTables.AccessFlag));
        world.Access(Store, address);
        Assert.That(world.Cpu.Read64(entry) & Stage2World.Writable, Is.Not.Zero);
        Assert.That(world.Cpu.Cpu.LastException, Is.Null);
    }

    [Test]
    public void FlagsOfAReadOnlyTableFaultAtStage2()
    {
        using Stage2World world = new Stage2World(CpuModel.Max).TurnOnStage1();
        world.Cpu[SystemRegisterSlot.TcrEl1] |= SetsAccessFlag;
        ulong table = world.Map(1, PageTables.PageAt(9), Stage2World.Readable | Stage2World.Normal);
        world.Cpu.Write64(world.Stage1.Root + (5 * 8), table | 3);
        world.Cpu.Write64(PageTables.PageAt(9), CpuWorld.RamBase | 1);
        world.Cpu.Enter(1);
        world.Access(Load, 5UL << 30);
        Assert.That(world.Cpu.ClassAt(2), Is.EqualTo(ExceptionClass.DataAbortLower));
        Assert.That(world.Cpu.IssAt(2) & 0xbf, Is.EqualTo(0b0011_11 | 0x80));
    }

    [Test]
    public void ARangeCanBeHiddenFromUsers()
    {
        _world[SystemRegisterSlot.TcrEl1] |= 1UL << 55;
        ulong address = _tables.Map(1, PageTables.PageAt(1), PageTables.User);
        _world.Enter(1);
        Access(Load, address);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Access(LoadUnprivileged, address);
        Assert.That(_world.IssAt(1) & 0x3f, Is.EqualTo(0b0001_00));
    }

    [Test]
    public void VirtualMachinesHaveSixteenBitsWhereTheyAreChosen()
    {
        using Stage2World world = new(CpuModel.Max);
        PageTables other = new(world.Cpu, CpuWorld.RamBase + 0xb0_0000, Stage2World.All);
        world.Cpu[SystemRegisterSlot.VtcrEl2] |= 1UL << 19;
        ulong address = world.Map(0, PageTables.PageAt(1), Stage2World.All);
        other.Map(0, PageTables.PageAt(2), Stage2World.All);
        world.Cpu.Write64(PageTables.PageAt(1), 1);
        world.Cpu.Write64(PageTables.PageAt(2), 2);
        world.Cpu.Enter(1);
        world.Access(Load, address);
        world.Cpu.Execute(A64.Hvc(0));
        world.Cpu.SetX(3, other.Root | (1UL << 56));
        world.Cpu.Execute(A64.Write(A64.Register(3, 4, 2, 1, 0), 3));
        world.Cpu[SystemRegisterSlot.SpsrEl2] = 0x3c5;
        world.Cpu.Execute(A64.Eret);
        world.Access(Load, address);
        Assert.That(world.Cpu.X(1), Is.EqualTo(2));
    }

    private static uint SetPan(bool value) => 0xd500409f | (value ? 0x100u : 0);

    private ulong EntryOf(int page) => _tables.Root + 0x3000 + ((ulong)page * 8);

    private void Access(uint instruction, ulong address)
    {
        _world.SetX(2, address);
        _world.Execute(instruction);
    }
}
