using Emulator.Firmware;

namespace Emulator.Tests.Firmware;

internal sealed class SymbolTableTests
{
    private static readonly SymbolTable Table = new(
        [
            new Symbol("outer", 0x1000, 0x100),
            new Symbol("label", 0x1010, 0),
            new Symbol("inner", 0x1020, 0x10),
            new Symbol("alias", 0x1000, 0),
            new Symbol("handler", 0x2000, 0),
            new Symbol("end", 0x2100, 0),
        ],
        end: 0x2200);

    [TestCase(0x1000UL, "outer")]
    [TestCase(0x1014UL, "outer+0x14")]
    [TestCase(0x1024UL, "inner+0x4")]
    [TestCase(0x1030UL, "outer+0x30")]
    [TestCase(0x2040UL, "handler+0x40")]
    [TestCase(0x21ffUL, "end+0xff")]
    public void An_address_is_told_by_its_nearest_symbol(ulong address, string expected)
    {
        Assert.That(Table.Find(address).ToString(), Is.EqualTo(expected));
    }

    [TestCase(0UL)]
    [TestCase(0xfffUL)]
    [TestCase(0x1100UL)]
    [TestCase(0x2200UL)]
    [TestCase(ulong.MaxValue)]
    public void An_address_outside_every_symbol_has_no_name(ulong address)
    {
        Assert.That(Table.Find(address), Is.Null);
    }

    [Test]
    public void A_symbol_is_found_by_its_name_even_where_another_stands_for_its_address()
    {
        Assert.That(Table.Find("alias")!.Value.Address, Is.EqualTo(0x1000));
        Assert.That(Table.Find("none"), Is.Null);
    }

    [Test]
    public void An_empty_table_knows_nothing() => Assert.That(SymbolTable.Empty.Find(0x1000), Is.Null);
}
