using System.Buffers.Binary;
using Emulator.Boards;

namespace Emulator.Tests.Boards;

internal sealed class DeviceTreeTests
{
    [Test]
    public void A_flattened_tree_reads_back_as_it_was()
    {
        DeviceTree tree = Sample();

        DeviceTree read = DeviceTree.Parse(tree.ToBytes());

        Assert.That(Dump(read.Root), Is.EqualTo(Dump(tree.Root)));
        Assert.That(read.Reservations, Is.EqualTo(tree.Reservations));
        Assert.That(read.BootCpu, Is.EqualTo(3));
    }

    [Test]
    public void The_header_is_that_of_version_17_and_its_blocks_are_aligned()
    {
        byte[] bytes = Sample().ToBytes();

        Assert.That(Word(bytes, 0), Is.EqualTo(0xd00dfeed));
        Assert.That(Word(bytes, 4), Is.EqualTo(bytes.Length));
        Assert.That(Word(bytes, 16) % 8, Is.Zero);
        Assert.That(Word(bytes, 8) % 4, Is.Zero);
        Assert.That((Word(bytes, 20), Word(bytes, 24)), Is.EqualTo((17u, 16u)));
        Assert.That(Word(bytes, 12) + Word(bytes, 32), Is.EqualTo(bytes.Length));
    }

    [Test]
    public void A_tree_can_be_padded_for_additions()
    {
        byte[] bytes = Sample().ToBytes(4096);

        Assert.That(bytes, Has.Length.EqualTo(4096));
        Assert.That(Word(bytes, 4), Is.EqualTo(4096));
        Assert.That(Dump(DeviceTree.Parse(bytes).Root), Is.EqualTo(Dump(Sample().Root)));
        Assert.That(() => Sample().ToBytes(100), Throws.InstanceOf<DeviceTreeException>());
    }

    [Test]
    public void Equal_property_names_are_stored_once()
    {
        DeviceTree tree = new();
        tree.Root.Add("a").SetEmpty("same");
        int one = tree.ToBytes().Length;
        tree.Root.Add("b").SetEmpty("same");

        Assert.That(tree.ToBytes(), Has.Length.EqualTo(one + 24), "a node of 8 + 4 bytes and a property of 12");
    }

    [Test]
    public void A_property_that_is_set_again_keeps_its_place()
    {
        DeviceTreeNode node = new("n");
        node.SetCells("a", 1).SetCells("b", 2).SetCells("a", 3);

        Assert.That(node.Properties.Select(property => property.Name), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(node.Property("a")!.Cells, Is.EqualTo(new[] { 3u }));
    }

    [Test]
    public void Values_are_big_endian_cells_and_strings_with_their_end()
    {
        DeviceTreeNode node = new("n");
        node.SetWideCells("wide", 0x1_2345_6789).SetStrings("strings", "one", "two");

        Assert.That(node.Property("wide")!.Value.ToArray(), Is.EqualTo(new byte[] { 0, 0, 0, 1, 0x23, 0x45, 0x67, 0x89 }));
        Assert.That(node.Property("strings")!.Value.ToArray(), Is.EqualTo("one\0two\0"u8.ToArray()));
        Assert.That(node.Property("strings")!.Strings, Is.EqualTo(new[] { "one", "two" }));
    }

    [Test]
    public void No_damage_to_a_tree_ends_in_anything_but_a_tree_or_a_typed_error()
    {
        byte[] whole = Sample().ToBytes();
        uint[] values = [0, 1, 2, 3, 9, 0x7fff_fffc, 0x8000_0000, 0xffff_ffff];
        int refused = 0;
        for (int offset = 0; offset <= whole.Length - 4; offset++)
        {
            foreach (uint value in values)
            {
                byte[] damaged = [.. whole];
                BinaryPrimitives.WriteUInt32BigEndian(damaged.AsSpan(offset), value);
                refused += IsRefused(damaged) ? 1 : 0;
            }
        }

        for (int length = 0; length < whole.Length; length++)
        {
            Assert.That(IsRefused(whole[..length]), Is.True, $"{length} bytes");
        }

        Assert.That(refused, Is.GreaterThan(100));
    }

    [Test]
    public void A_tree_deeper_than_any_real_one_is_refused()
    {
        Assert.That(IsRefused(Nested(10_000)), Is.True);
        Assert.That(IsRefused(Nested(60)), Is.False);
    }

    /// <summary>A tree of nested nodes, made without the writer so that its depth does not matter.</summary>
    private static byte[] Nested(int depth)
    {
        byte[] empty = new DeviceTree().ToBytes();
        int structure = (int)Word(empty, 8);
        byte[] bytes = new byte[structure + (12 * (depth + 1))];
        empty.AsSpan(0, structure).CopyTo(bytes);
        for (int level = 0; level < depth; level++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(structure + (8 * level)), 1);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(structure + (8 * depth) + (4 * level)), 2);
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(structure + (12 * depth)), 9);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(12), 0);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(36), (uint)(12 * depth) + 4);
        return bytes;
    }

    private static bool IsRefused(byte[] bytes)
    {
        try
        {
            DeviceTree.Parse(bytes);
            return false;
        }
        catch (DeviceTreeException)
        {
            return true;
        }
    }

    private static DeviceTree Sample()
    {
        DeviceTree tree = new() { BootCpu = 3 };
        tree.Reservations.Add((0x1000, 0x200));
        tree.Root.SetStrings("model", "sample").SetCells("#address-cells", 2);
        DeviceTreeNode soc = tree.Root.Add("soc").SetEmpty("ranges");
        soc.Add("uart@9000000").SetWideCells("reg", 0x900_0000, 0x1000).SetBytes("odd", [1, 2, 3]);
        soc.Add("rtc");
        return tree;
    }

    private static string Dump(DeviceTreeNode node) =>
        $"{node}({string.Join(";", node.Properties.Select(property => property.Name + "=" + Convert.ToHexString(property.Value.Span)))}){{{string.Join(",", node.Children.Select(Dump))}}}";

    private static uint Word(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(offset));
}
