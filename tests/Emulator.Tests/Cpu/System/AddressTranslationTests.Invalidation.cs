using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <content>What the TLB keeps and forgets.</content>
internal sealed unsafe partial class AddressTranslationTests
{
    [Test]
    public void ATranslationIsCachedUntilItIsInvalidated()
    {
        TurnOn(1);
        _world.Write64(PageTables.PageAt(1), 1);
        _world.Write64(PageTables.PageAt(2), 2);
        ulong address = _tables.Map(5, PageTables.PageAt(1), 0);
        Access(Load, address);
        _tables.Map(5, PageTables.PageAt(2), 0);
        _world.SetX(3, address >> 12);
        _world.Execute(A64.Write(A64.Register(1, 0, 8, 7, 1), 3));
        Access(Load, address);
        Assert.That(_world.X(1), Is.EqualTo(2));
    }

    [TestCase(0, 8, 7, 0, 0UL, TestName = "VMALLE1")]
    [TestCase(0, 8, 3, 0, 0UL, TestName = "VMALLE1IS")]
    [TestCase(0, 8, 7, 1, 1UL, TestName = "VAE1")]
    [TestCase(0, 8, 3, 1, 1UL, TestName = "VAE1IS")]
    [TestCase(0, 8, 7, 2, 0UL, TestName = "ASIDE1")]
    [TestCase(0, 8, 3, 2, 0UL, TestName = "ASIDE1IS")]
    [TestCase(0, 8, 7, 3, 1UL, TestName = "VAAE1")]
    [TestCase(0, 8, 7, 5, 1UL, TestName = "VALE1")]
    [TestCase(0, 8, 7, 7, 1UL, TestName = "VAALE1")]
    [TestCase(4, 8, 7, 4, 0UL, TestName = "ALLE1")]
    [TestCase(4, 8, 7, 6, 0UL, TestName = "VMALLS12E1")]
    public void EachInvalidationOfEl1ForgetsThePage(int op1, int crn, int crm, int op2, ulong byAddress)
    {
        TurnOn(1);
        ulong address = _tables.Map(5, PageTables.PageAt(1), 0);
        Access(Store, address);
        Assert.That(IsCached(address), Is.True);
        if (op1 == 4)
        {
            // From EL3, where the vector of SMC leads.
            _world.Execute(A64.Smc(0));
        }

        _world.SetX(3, byAddress * (address >> 12));
        _world.Execute(A64.Write(A64.Register(1, op1, crn, crm, op2), 3));
        Assert.That(IsCached(address), Is.False);
    }

    [Test]
    public void InvalidatingAnAddressForgetsAllOfTheBlockThatMapsIt()
    {
        TurnOn(1);
        ulong first = CpuWorld.RamBase + 0x40_0000;
        ulong last = CpuWorld.RamBase + 0x5f_f000;
        ulong other = CpuWorld.RamBase + 0x60_0000;
        Access(Load, first);
        Access(Load, last);
        Access(Load, other);
        Assert.That(IsCached(first) && IsCached(last) && IsCached(other), Is.True);
        _world.SetX(3, first >> 12);
        _world.Execute(A64.Write(A64.Register(1, 0, 8, 7, 1), 3));
        Assert.That(IsCached(first) || IsCached(last), Is.False);
        Assert.That(IsCached(other), Is.True);
    }

    [Test]
    public void InvalidatingAPageBesideBlocksLeavesTheBlocks()
    {
        TurnOn(1);
        ulong page = _tables.Map(5, PageTables.PageAt(1), 0);
        ulong block = CpuWorld.RamBase + 0x40_0000;
        Access(Load, block);
        Access(Load, page);
        _world.SetX(3, page >> 12);
        _world.Execute(A64.Write(A64.Register(1, 0, 8, 7, 1), 3));
        Assert.That(IsCached(page), Is.False);
        Assert.That(IsCached(block), Is.True);
    }

    [Test]
    public void InvalidatingAnAddressSpaceLeavesTheOthers()
    {
        TurnOn(1);
        Switch(_tables.Root | (7UL << 48));
        ulong address = _tables.Map(5, PageTables.PageAt(1), PageTables.NonGlobal);
        _world.Write64(PageTables.PageAt(1), 1);
        _world.Write64(PageTables.PageAt(2), 2);
        Access(Load, address);
        _tables.Map(5, PageTables.PageAt(2), PageTables.NonGlobal);
        _world.SetX(3, 8UL << 48);
        _world.Execute(A64.Write(A64.Register(1, 0, 8, 7, 2), 3));
        Access(Load, address);
        Assert.That(_world.X(1), Is.EqualTo(1), "what was cached is still good for this one");
        _world.SetX(3, 7UL << 48);
        _world.Execute(A64.Write(A64.Register(1, 0, 8, 7, 2), 3));
        Access(Load, address);
        Assert.That(_world.X(1), Is.EqualTo(2));
    }

    [Test]
    public void AnyNumberOfAddressSpacesCanBeInvalidated()
    {
        // More than the TLB has numbers for.
        TurnOn(1);
        ulong address = _tables.Map(5, PageTables.PageAt(1), PageTables.NonGlobal);
        for (ulong i = 0; i < 600; i++)
        {
            _tables.Map(5, PageTables.PageAt((int)(i & 1)), PageTables.NonGlobal);
            _world.Write64(PageTables.PageAt((int)(i & 1)), i);
            _world.Execute(A64.Write(A64.Register(1, 0, 8, 7, 2), 31));
            Access(Load, address);
            Assert.That(_world.X(1), Is.EqualTo(i));
        }
    }

    [Test]
    public void BroadcastInvalidationReachesOtherCpusAndLocalDoesNot()
    {
        using CpuWorld other = new();
        PageTables tables = new(other);
        TurnOn(other, tables, 1);
        _world.Cpu.Group.Add(other.Cpu);
        TurnOn(1);
        ulong address = tables.Map(5, PageTables.PageAt(1), 0);
        other.SetX(2, address);
        other.Execute(Load);
        Assert.That(IsCached(other, address), Is.True);
        _world.Execute(A64.Write(A64.Register(1, 0, 8, 7, 0), 31));
        Assert.That(IsCached(other, address), Is.True);
        _world.Execute(A64.Write(A64.Register(1, 0, 8, 3, 0), 31));
        Assert.That(IsCached(other, address), Is.False);
    }

    [Test]
    public void AddressSpacesAreKeptApart()
    {
        TurnOn(1);
        ulong address = _tables.Map(5, PageTables.PageAt(1), PageTables.NonGlobal);
        PageTables second = new(_world, CpuWorld.RamBase + 0x90_0000);
        second.Map(5, PageTables.PageAt(2), PageTables.NonGlobal);
        _world.Write64(PageTables.PageAt(1), 1);
        _world.Write64(PageTables.PageAt(2), 2);
        for (int turn = 0; turn < 3; turn++)
        {
            Switch(_tables.Root | (1UL << 48));
            Access(Load, address);
            Assert.That(_world.X(1), Is.EqualTo(1));
            Switch(second.Root | (2UL << 48));
            Access(Load, address);
            Assert.That(_world.X(1), Is.EqualTo(2));
        }
    }

    [Test]
    public void ManyAddressSpacesAreNoTrouble()
    {
        TurnOn(1);
        ulong address = _tables.Map(5, PageTables.PageAt(1), PageTables.NonGlobal);
        _world.Write64(PageTables.PageAt(1), 7);
        for (ulong asid = 1; asid < 700; asid++)
        {
            Switch(_tables.Root | (asid << 48));
            _world.SetX(1, 0);
            Access(Load, address);
            Assert.That(_world.X(1), Is.EqualTo(7));
        }

        Assert.That(_world.Cpu.LastException, Is.Null);
    }

    [Test]
    public void TurningTheMmuOnTakesEffectAtTheNextInstruction()
    {
        _world[SystemRegisterSlot.Ttbr0El1] = _tables.Root;
        _world[SystemRegisterSlot.TcrEl1] = PageTables.Control;
        _world[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        _world.Enter(1);
        ulong address = _tables.Map(5, PageTables.PageAt(1), 0);
        _world.Write64(PageTables.PageAt(1), 0x77);
        _world.SetX(2, address);
        _world.SetX(3, _world[SystemRegisterSlot.SctlrEl1] | 1);
        _world.Write(CpuWorld.Code, A64.Write(A64.Register(3, 0, 1, 0, 0), 3), Load, A64.Svc(1));
        long before = _world.State->Retired;
        _world.Run(3);
        Assert.That(_world.X(1), Is.EqualTo(0x77));
        Assert.That(_world.State->Retired, Is.EqualTo(before + 3));
        Assert.That(_world[SystemRegisterSlot.ElrEl1], Is.EqualTo(CpuWorld.Code + 12));
    }
}
