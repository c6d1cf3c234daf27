using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>
/// A CPU that keeps a journal of its stores, as the follower in lockstep does, goes by what its TLB has found just as one without: Linux takes the access flag from pages and tells no TLB.
/// </summary>
[TestFixture(false)]
[TestFixture(true)]
internal sealed class StoreJournalTests(bool hasJournal)
{
    private const uint Store = 0xf9000041; // STR X1, [X2]
    private const uint Load = 0xf9400041; // LDR X1, [X2]
    private const uint Add = 0xf8210043; // LDADD X1, X3, [X2]
    private const uint LoadExclusive = 0xc85f7c43; // LDXR X3, [X2]
    private const uint StoreExclusive = 0xc8047c41; // STXR W4, X1, [X2]
    private const uint StorePair = 0xa9000441; // STP X1, X1, [X2]
    private const uint ZeroBlock = 0xd50b7422; // DC ZVA, X2
    private const uint InvalidateAll = 0xd508871f; // TLBI VMALLE1
    private const uint InvalidatePage = 0xd5088760; // TLBI VAAE1, X0
    private const int Page = 1;

    private CpuWorld _world = null!;
    private PageTables _tables = null!;
    private ulong _address;

    [SetUp]
    public void SetUp()
    {
        _world = new CpuWorld(CpuModel.Max);
        _tables = new PageTables(_world);
        _world[SystemRegisterSlot.Ttbr0El1] = _tables.Root;
        _world[SystemRegisterSlot.TcrEl1] = PageTables.Control;
        _world[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        _world[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable;
        _world.Cpu.StoreJournal = hasJournal ? [] : null;
        _world.Enter(1);
        _address = _tables.Map(Page, PageTables.PageAt(Page), 0);
    }

    [TearDown]
    public void TearDown() => _world.Dispose();

    [Test]
    public void What_the_tlb_knows_of_a_page_holds_until_it_is_told([Values(Store, Load, Add, StorePair, ZeroBlock)] uint instruction, [Values(InvalidateAll, InvalidatePage)] uint maintenance)
    {
        Access(Store);
        _ = _tables.Set(Page, PageTables.PageAt(Page) | 3); // without the access flag
        Access(instruction);
        Assert.That(_world.Cpu.LastException, Is.Null);

        _world.SetX(0, _address >> 12);
        _world.Execute(maintenance);
        Access(instruction);
        Assert.That(_world.Cpu.LastException, Is.Not.Null);
    }

    [Test]
    public void An_exclusive_store_goes_by_it_too()
    {
        Access(Store);
        Access(LoadExclusive);
        _ = _tables.Set(Page, PageTables.PageAt(Page) | 3);
        Access(StoreExclusive);

        Assert.That((_world.Cpu.LastException, _world.X(4)), Is.EqualTo(((ExceptionRecord?)null, 0UL)));
    }

    [Test]
    public void Each_store_is_in_the_journal()
    {
        Access(Store);
        Access(Store);
        Access(ZeroBlock);

        Assert.That(_world.Cpu.StoreJournal?.Count, Is.EqualTo(hasJournal ? 10 : (int?)null));
    }

    private void Access(uint instruction)
    {
        _world.SetX(2, _address);
        _world.Execute(instruction);
    }
}
