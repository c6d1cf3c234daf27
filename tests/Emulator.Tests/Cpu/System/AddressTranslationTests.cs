using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>Translation as guest code meets it: permissions, faults and their syndromes, TLB maintenance, address spaces.</summary>
[TestFixture]
internal sealed unsafe partial class AddressTranslationTests
{
    private const uint Load = 0xf9400041; // LDR X1, [X2]
    private const uint Store = 0xf9000041; // STR X1, [X2]
    private const uint LoadUnprivileged = 0xf8400841; // LDTR X1, [X2]
    private const uint StoreUnprivileged = 0xf8000841; // STTR X1, [X2]
    private const uint LoadPair = 0xa9400041; // LDP X1, X0, [X2]
    private const uint LoadExclusive = 0xc85f7c41; // LDXR X1, [X2]
    private const uint BranchToX2 = 0xd61f0040; // BR X2
    private const uint LoadFromStack = 0xf94003e1; // LDR X1, [SP]

    private static readonly ushort ZeroCacheLine = A64.Register(1, 3, 7, 4, 1);

    private CpuWorld _world = null!;
    private PageTables _tables = null!;

    [SetUp]
    public void SetUp()
    {
        _world = new CpuWorld();
        _tables = new PageTables(_world);
    }

    [TearDown]
    public void TearDown() => _world.Dispose();

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void EveryRegimeTranslates(int level)
    {
        TurnOn(level);
        ulong address = _tables.Map(3, PageTables.PageAt(7), 0);
        _world.Write64(PageTables.PageAt(7) + 0x18, 0x1122_3344_5566_7788);
        Access(Load, address + 0x18);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Assert.That(_world.X(1), Is.EqualTo(0x1122_3344_5566_7788));
        _world.SetX(1, 0xabcd);
        Access(Store, address + 0x20);
        Assert.That(_world.Read64(PageTables.PageAt(7) + 0x20), Is.EqualTo(0xabcd));
    }

    [Test]
    public void UpperRangeGoesThroughTtbr1()
    {
        TurnOn(1);
        PageTables upper = new(_world, CpuWorld.RamBase + 0x90_0000);
        _world[SystemRegisterSlot.Ttbr1El1] = upper.Root;
        ulong address = upper.Map(0, PageTables.PageAt(1), 0) | (~0UL << 39);
        _world.Write64(PageTables.PageAt(1), 99);
        Access(Load, address);
        Assert.That(_world.X(1), Is.EqualTo(99));
    }

    [TestCase(PageTables.ReadOnly, Store, "p3")]
    [TestCase(PageTables.Read, Store, "")]
    [TestCase(PageTables.ReadOnly, Load, "")]
    [TestCase(PageTables.PrivilegedExecuteNever, BranchToX2, "p3")]
    [TestCase(PageTables.User, BranchToX2, "p3")]
    [TestCase(PageTables.User | PageTables.ReadOnly, BranchToX2, "")]
    [TestCase(PageTables.Read, LoadUnprivileged, "p3")]
    [TestCase(PageTables.User, LoadUnprivileged, "")]
    [TestCase(PageTables.User, StoreUnprivileged, "")]
    [TestCase(PageTables.User | PageTables.ReadOnly, StoreUnprivileged, "p3")]
    public void PermissionsOfEl1(ulong attributes, uint instruction, string fault) => CheckPermission(1, attributes, instruction, fault);

    [TestCase(PageTables.Read, Load, "p3")]
    [TestCase(PageTables.User, Load, "")]
    [TestCase(PageTables.User, Store, "")]
    [TestCase(PageTables.User | PageTables.ReadOnly, Store, "p3")]
    [TestCase(PageTables.ExecuteNever | PageTables.User, BranchToX2, "p3")]
    [TestCase(PageTables.User, BranchToX2, "")]
    public void PermissionsOfEl0(ulong attributes, uint instruction, string fault)
    {
        // Code of EL0 must be in pages of EL0.
        _tables = new PageTables(_world, attributesOfRam: PageTables.User);
        CheckPermission(0, attributes, instruction, fault);
    }

    [TestCase(Load, 0UL, 0b0000111u)]
    [TestCase(Store, 0UL, 0b1000111u)]
    [TestCase(Store, 0x4040_0083UL | (1 << 10), 0b1001111u)]
    [TestCase(Load, 0x4040_0003UL, 0b0001011u)]
    [TestCase(Store, 0x4040_0003UL, 0b1001011u)]
    [TestCase(Load, 0x0100_0000_0403UL, 0b0000011u)]
    [TestCase(Load, 0x0050_0000_0403UL, 0b0010000u)]
    public void DataAbortsTellWhatHappened(uint instruction, ulong descriptor, uint iss)
    {
        TurnOn(1);
        ulong address = _tables.Set(1, descriptor) + 0x128;
        Access(instruction, address);
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.DataAbort));
        Assert.That(_world.IssAt(1), Is.EqualTo(iss));
        Assert.That(_world[SystemRegisterSlot.FarEl1], Is.EqualTo(address));
        Assert.That(_world[SystemRegisterSlot.ElrEl1], Is.EqualTo(CpuWorld.Code));
    }

    [Test]
    public void AnAccessAcrossTwoPagesFaultsWhereTheSecondBegins()
    {
        TurnOn(1);
        ulong address = _tables.Map(1, PageTables.PageAt(1), 0) + 0xffc;
        _tables.Set(2, 0);
        _world.Write64(PageTables.PageAt(1) + 0xff8, 0x55);
        _world.SetX(1, ulong.MaxValue);
        Access(Store, address);
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.DataAbort));
        Assert.That(_world[SystemRegisterSlot.FarEl1], Is.EqualTo(address + 4));
        Assert.That(_world.Read64(PageTables.PageAt(1) + 0xff8), Is.EqualTo(0x55), "nothing was stored");
        _tables.Map(2, PageTables.PageAt(9), 0);
        Access(Store, address);
        Assert.That(_world.Read64(PageTables.PageAt(9)), Is.EqualTo(0xffff_ffff));
        Access(Load, address);
        Assert.That(_world.X(1), Is.EqualTo(ulong.MaxValue));
    }

    [Test]
    public void UnalignedAccessesFaultOnDeviceMemoryAlone()
    {
        TurnOn(1);
        Access(Load, _tables.Map(1, PageTables.PageAt(1), 0) + 1);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Access(Load, _tables.Map(2, PageTables.PageAt(1), PageTables.Device) + 8);
        Assert.That(_world.Cpu.LastException, Is.Null);
        ulong address = _tables.Map(2, PageTables.PageAt(1), PageTables.Device) + 1;
        Access(Load, address);
        Assert.That(_world.IssAt(1), Is.EqualTo((uint)FaultStatus.Alignment));
        Assert.That(_world[SystemRegisterSlot.FarEl1], Is.EqualTo(address));
    }

    [Test]
    public void UnalignedAccessesFaultWithAlignmentCheckingOrTheMmuOff()
    {
        Access(Load, CpuWorld.RamBase + 8);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Access(Load, CpuWorld.RamBase + 4);
        Assert.That(_world.IssAt(3), Is.EqualTo((uint)FaultStatus.Alignment));

        using CpuWorld checking = new();
        PageTables tables = new(checking);
        TurnOn(checking, tables, 1, SystemControl.AlignmentCheck);
        checking.SetX(2, CpuWorld.RamBase + 8);
        checking.Execute(Load);
        Assert.That(checking.Cpu.LastException, Is.Null);
        checking.SetX(2, CpuWorld.RamBase + 4);
        checking.Execute(Load);
        Assert.That(checking.IssAt(1), Is.EqualTo((uint)FaultStatus.Alignment));
    }

    [Test]
    public void DefaultCacheabilityMakesMemoryNormal()
    {
        Stage2World.MapAllOnItself(_world);
        _world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.DefaultCacheability;
        _world.Enter(1);
        Access(Load, CpuWorld.RamBase + 4);
        Assert.That(_world.Cpu.LastException, Is.Null);
    }

    [Test]
    public void StackPointerIsCheckedWhenTold()
    {
        _world.Enter(1);
        _world.SetX(CpuState.StackPointer, CpuWorld.RamBase + 8);
        _world.Execute(LoadFromStack);
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.StackAlignment));

        _world.SetX(3, _world[SystemRegisterSlot.SctlrEl1] & ~SystemControl.StackAlignmentCheck);
        _world.Execute(A64.Write(A64.Register(3, 0, 1, 0, 0), 3));
        _world.SetX(CpuState.StackPointer, CpuWorld.RamBase + 8);
        _world.State->Pc = CpuWorld.Code;
        _world.Execute(LoadFromStack);
        Assert.That(_world.Cpu.ExceptionCounts[(int)ExceptionKind.StackAlignment], Is.EqualTo(1));
    }

    [Test]
    public void TaggedAddressesAreTranslatedWithoutTheirTag()
    {
        _world[SystemRegisterSlot.TcrEl1] = PageTables.Control | (1UL << 37);
        TurnOn(1, keepControl: true);
        ulong address = _tables.Map(1, PageTables.PageAt(1), 0) | (0x5aUL << 56);
        _world.Write64(PageTables.PageAt(1), 42);
        Access(Load, address);
        Assert.That(_world.X(1), Is.EqualTo(42));
        Access(Load, (address & ~(0xffUL << 56)) | (0xa5UL << 56));
        Assert.That(_world.Cpu.LastException, Is.Null);
    }

    [Test]
    public void TheTagOfABranchTargetDoesNotReachThePc()
    {
        _world[SystemRegisterSlot.TcrEl1] = PageTables.Control | (1UL << 37);
        TurnOn(1, keepControl: true);
        ulong address = _tables.Map(1, PageTables.PageAt(1), PageTables.ReadOnly);
        _world.Write(PageTables.PageAt(1), A64.Svc(0));
        _world.Write(CpuWorld.Code, BranchToX2);
        _world.State->Pc = CpuWorld.Code;
        _world.SetX(2, address | (0x5aUL << 56));
        _world.Run(2);
        Assert.That(_world[SystemRegisterSlot.ElrEl1], Is.EqualTo(address + 4));
    }

    [TestCase(0, 0, 1UL, 0x4040_1000UL | 0x800 | 0x200 | (0xffUL << 56), TestName = "S1E1R of a page")]
    [TestCase(0, 1, 2UL, (0b001111UL << 1) | 0x801, TestName = "S1E1W of a read-only page")]
    [TestCase(0, 2, 1UL, (0b001111UL << 1) | 0x801, TestName = "S1E0R of a page of EL1")]
    [TestCase(0, 0, 3UL, (0b000111UL << 1) | 0x801, TestName = "S1E1R of nothing")]
    [TestCase(0, 0, 4UL, 0x4040_1000UL | 0x800 | 0x200 | 0x100 | (0x04UL << 56), TestName = "S1E1R of device memory")]
    public void AddressTranslationInstructionsAnswerInPar(int op1, int op2, ulong page, ulong expected)
    {
        TurnOn(1);
        _tables.Map(1, PageTables.PageAt(1), 0);
        _tables.Map(2, PageTables.PageAt(1), PageTables.ReadOnly);
        _tables.Set(3, 0);
        _tables.Map(4, PageTables.PageAt(1), PageTables.Device);
        _world.SetX(3, PageTables.Window + (page << 12) + 0x345);
        _world.Execute(A64.Write(A64.Register(1, op1, 7, 8, op2), 3));
        Assert.That(_world.Cpu.LastException, Is.Null);
        Assert.That(_world[SystemRegisterSlot.ParEl1], Is.EqualTo(expected));
    }

    [Test]
    public void AddressTranslationOfEl2NeedsTheNonSecureState()
    {
        _world.SetX(3, CpuWorld.RamBase);
        _world.Execute(A64.Write(A64.Register(1, 4, 7, 8, 0), 3));
        Assert.That(_world.ClassAt(3), Is.EqualTo(ExceptionClass.Unknown));
        _world[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.NonSecure;
        _world.Execute(A64.Write(A64.Register(1, 4, 7, 8, 0), 3));
        Assert.That(_world[SystemRegisterSlot.ParEl1], Is.EqualTo(CpuWorld.RamBase | 0x800 | 0x200 | 0x100));
    }

    [Test]
    public void ZeroCacheLineClearsItsBlock()
    {
        TurnOn(1);
        ulong address = _tables.Map(1, PageTables.PageAt(1), 0);
        for (ulong i = 0; i < 256; i += 8)
        {
            _world.Write64(PageTables.PageAt(1) + i, ulong.MaxValue);
        }

        _world.SetX(2, address + 0x57);
        _world.Execute(A64.Write(ZeroCacheLine, 2));
        for (ulong i = 0; i < 256; i += 8)
        {
            Assert.That(_world.Read64(PageTables.PageAt(1) + i), Is.EqualTo(i is >= 0x40 and < 0x80 ? 0 : ulong.MaxValue));
        }
    }

    [TestCase(PageTables.ReadOnly, 0b1001111u)]
    [TestCase(PageTables.Device, 0b1100001u)]
    public void ZeroCacheLineFaultsAsAStore(ulong attributes, uint iss)
    {
        TurnOn(1);
        _world.SetX(2, _tables.Map(1, PageTables.PageAt(1), attributes) + 0x40);
        _world.Execute(A64.Write(ZeroCacheLine, 2));
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.DataAbort));
        Assert.That(_world.IssAt(1), Is.EqualTo(iss));
    }

    [Test]
    public void ZeroCacheLineOverCodeIsSeenByTheNextFetch()
    {
        TurnOn(1);
        ulong code = CpuWorld.Code + 0x1000;
        _world.Execute(A64.Nop, code);
        _world.SetX(2, code);
        _world.Execute(A64.Write(ZeroCacheLine, 2));
        _world.State->Pc = code;
        _world.Run(1);
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.Unknown));
    }

    [TestCase(3, 7, 10, 1, 0b1_0100_0111u, TestName = "DC CVAC of nothing")]
    [TestCase(0, 7, 6, 1, 0b1_0100_0111u, TestName = "DC IVAC of nothing")]
    [TestCase(3, 7, 5, 1, 0b1_0100_0111u, TestName = "IC IVAU of nothing")]
    public void CacheMaintenanceFaultsAreMarkedAsSuch(int op1, int crn, int crm, int op2, uint iss)
    {
        TurnOn(1);
        ulong address = _tables.Set(3, 0) + 0x80;
        _world.SetX(2, address);
        _world.Execute(A64.Write(A64.Register(1, op1, crn, crm, op2), 2));
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.DataAbort));
        Assert.That(_world.IssAt(1), Is.EqualTo(iss));
        Assert.That(_world[SystemRegisterSlot.FarEl1], Is.EqualTo(address));
    }

    [Test]
    public void UnmappedPhysicalAddressesAreExternalAborts()
    {
        TurnOn(1);
        ulong address = _tables.Map(1, 0x7000_0000, 0);
        Access(Load, address + 8);
        Assert.That(_world.IssAt(1), Is.EqualTo((uint)FaultStatus.External));
        Access(LoadPair, address + 8);
        Assert.That(_world.Cpu.ExceptionCounts[(int)ExceptionKind.DataAbort], Is.EqualTo(2));
    }

    [Test]
    public void ExclusivesRememberThePhysicalAddress()
    {
        TurnOn(1);
        Access(LoadExclusive, _tables.Map(1, PageTables.PageAt(3), 0) + 0x40);
        Assert.That(_world.State->ExclusiveAddress, Is.EqualTo(PageTables.PageAt(3) + 0x40));
    }

    private void CheckPermission(int level, ulong attributes, uint instruction, string fault)
    {
        TurnOn(level);
        ulong address = _tables.Map(1, PageTables.PageAt(1), attributes);
        _world.Write(PageTables.PageAt(1), A64.Nop);
        _world.Write(CpuWorld.Code, instruction);
        _world.State->Pc = CpuWorld.Code;
        _world.SetX(2, address);
        _world.Run(instruction == BranchToX2 ? 2 : 1);
        if (fault.Length == 0)
        {
            Assert.That(_world.Cpu.LastException, Is.Null);
            return;
        }

        Assert.That(_world.IssAt(1) & 0x3f, Is.EqualTo((uint)FaultStatus.Permission + 3));
        Assert.That(_world[SystemRegisterSlot.FarEl1], Is.EqualTo(address));
    }

    private void TurnOn(int level, bool keepControl = false)
    {
        ulong control = _world[SystemRegisterSlot.TcrEl1];
        TurnOn(_world, _tables, level, control: keepControl ? control : PageTables.Control);
    }

    private static void TurnOn(CpuWorld world, PageTables tables, int level, ulong sctlr = 0, ulong control = PageTables.Control)
    {
        int regime = Math.Max(level, 1);
        world[SystemRegisterSlot.Ttbr0El1 + regime - 1] = tables.Root;
        world[SystemRegisterSlot.TcrEl1 + regime - 1] = regime == 1 ? control : 25 | (2UL << 16);
        world[SystemRegisterSlot.MairEl1 + regime - 1] = PageTables.Attributes;
        world[SystemRegisterSlot.SctlrEl1 + regime - 1] |= sctlr | (level == 3 ? 0 : SystemControl.MmuEnable);
        if (level != 3)
        {
            world.Enter(level);
            return;
        }

        world.SetX(9, world[SystemRegisterSlot.SctlrEl3] | SystemControl.MmuEnable);
        world.Execute(A64.Write(A64.Register(3, 6, 1, 0, 0), 9));
    }

    private void Switch(ulong ttbr)
    {
        _world.SetX(3, ttbr);
        _world.Execute(A64.Write(A64.Register(3, 0, 2, 0, 0), 3));
    }

    private void Access(uint instruction, ulong address)
    {
        _world.SetX(2, address);
        _world.Execute(instruction);
    }

    private bool IsCached(ulong address) => IsCached(_world, address);

    private static bool IsCached(CpuWorld world, ulong address)
    {
        Tlb tlb = world.Cpu.Tlb;
        ulong context = tlb.TagOf(new TranslationContext(Regime: 1, Secure: false, Privileged: true, MmuEnabled: true, Asid: 0, Vmid: 0));
        return tlb.EntryFor(address)->ReadTag == ((address & ~0xfffUL) | context);
    }
}
