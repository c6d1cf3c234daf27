using Emulator.Memory;

namespace Emulator.Tests.Memory;

public class RegisterTableTests
{
    private static readonly RegisterTable<Part> Table = new RegisterTable<Part>(0x40)
        .Add(0x00, "DATA", RegisterAccess.ReadWrite, (p, _) => p.Data, (p, _, v) => p.Data = v)
        .Add(0x04, "ID", RegisterAccess.ReadOnly, (_, _) => 0x42, (p, _, v) => p.Data = v)
        .Add(0x08, "CLEAR", RegisterAccess.WriteOnly, (_, _) => 99, (p, _, _) => p.Data = 0)
        .Add(0x10, "ROW", RegisterAccess.ReadWrite, (p, i) => p.Row[i], (p, i, v) => p.Row[i] = v, count: 4);

    [Test]
    public void AccessRulesHold()
    {
        var part = new Part { Data = 5 };

        Assert.That(Table.TryWrite(part, 0x04, 7), Is.True);
        Assert.That(part.Data, Is.EqualTo(5), "ID is read-only");
        Assert.That(Table.TryRead(part, 0x08, out uint value), Is.True);
        Assert.That(value, Is.Zero, "CLEAR is write-only");
        Assert.That(Table.TryWrite(part, 0x08, 1), Is.True);
        Assert.That(part.Data, Is.Zero);
    }

    [Test]
    public void RowGivesEachRegisterItsIndex()
    {
        var part = new Part();

        Assert.That(Table.TryWrite(part, 0x18, 3), Is.True);

        Assert.That(part.Row, Is.EqualTo(new uint[] { 0, 0, 3, 0 }));
        Assert.That(Table.Find(0x1b)!.Name, Is.EqualTo("ROW"));
    }

    [TestCase(0x0cUL)]
    [TestCase(0x20UL)]
    [TestCase(0x40UL)]
    [TestCase(ulong.MaxValue)]
    public void UndeclaredOffsetIsSaidNotThrown(ulong offset)
    {
        Assert.That(Table.TryRead(new Part(), offset, out uint value), Is.False);
        Assert.That(value, Is.Zero);
        Assert.That(Table.TryWrite(new Part(), offset, 1), Is.False);
    }

    [Test]
    public void OffsetCannotBeDeclaredTwice() =>
        Assert.That(() => new RegisterTable<Part>(8).Add(4, "A", RegisterAccess.ReadOnly).Add(0, "B", RegisterAccess.ReadOnly, count: 2), Throws.ArgumentException.With.Message.Contains("A"));

    private sealed class Part
    {
        public uint Data { get; set; }

        public uint[] Row { get; } = new uint[4];
    }
}
