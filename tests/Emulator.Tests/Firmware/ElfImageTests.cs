using System.Buffers.Binary;
using Emulator.Firmware;

namespace Emulator.Tests.Firmware;

internal sealed class ElfImageTests
{
    [Test]
    public void Segments_are_read_by_physical_address_with_their_zeroed_tail()
    {
        ElfImage image = ElfImage.Parse(ElfBuilder.Executable().Segment(0x4010_0000, 8, length: 0x100, flags: 6).Build());

        Assert.That(image.Segments.Select(segment => segment.PhysicalAddress), Is.EqualTo(new[] { 0x4010_0000UL, 0x4020_0000UL }));
        Assert.That(image.Segments[0].Length, Is.EqualTo(0x100));
        Assert.That(image.Segments[0].Data.ToArray(), Is.EqualTo(Enumerable.Repeat((byte)2, 8)));
        Assert.That(image.Entry, Is.EqualTo(0x4020_0000));
    }

    [Test]
    public void The_entry_is_turned_from_a_virtual_into_a_physical_address()
    {
        ElfBuilder builder = new() { Entry = 0xffff_0000_0000_0008 };
        ElfImage image = ElfImage.Parse(builder.Segment(0xffff_0000_0000_0000, 16, physical: 0x4008_0000).Build());

        Assert.That(image.Entry, Is.EqualTo(0x4008_0008));
    }

    [Test]
    public void A_physical_entry_in_a_segment_with_virtual_addresses_is_taken_as_it_is()
    {
        ElfBuilder builder = new() { Entry = 0x4008_0008 };
        ElfImage image = ElfImage.Parse(builder.Segment(0xffff_0000_0000_0000, 16, physical: 0x4008_0000).Build());

        Assert.That(image.Entry, Is.EqualTo(0x4008_0008));
    }

    [Test]
    public void An_empty_segment_is_left_out()
    {
        ElfImage image = ElfImage.Parse(ElfBuilder.Executable().Segment(0, 0).Build());

        Assert.That(image.Segments, Has.Count.EqualTo(1));
    }

    [TestCase((ushort)62, "x86-64")]
    [TestCase((ushort)40, "Arm (32-bit)")]
    [TestCase((ushort)243, "RISC-V")]
    [TestCase((ushort)999, "machine 999")]
    public void Another_machine_is_refused_by_its_name(ushort machine, string name)
    {
        ElfBuilder builder = ElfBuilder.Executable();
        builder.Machine = machine;

        Assert.That(() => ElfImage.Parse(builder.Build()), Refuses(ImageError.WrongMachine, name));
    }

    [Test]
    public void A_big_endian_machine_is_named_too()
    {
        ElfBuilder builder = ElfBuilder.Executable();
        builder.Machine = 21;
        builder.Endianness = 2;

        Assert.That(() => ElfImage.Parse(builder.Build()), Refuses(ImageError.WrongMachine, "PowerPC (64-bit)"));
    }

    [Test]
    public void A_32_bit_file_of_another_machine_is_refused_by_the_machine()
    {
        ElfBuilder builder = ElfBuilder.Executable();
        builder.Machine = 40;
        builder.Class = 1;

        Assert.That(() => ElfImage.Parse(new ImageFile("a", builder.ToBytes().AsMemory(0, 52))), Refuses(ImageError.WrongMachine, "Arm (32-bit)"));
    }

    [Test]
    public void Big_endian_code_is_refused()
    {
        ElfBuilder builder = ElfBuilder.Executable();
        builder.Endianness = 2;

        Assert.That(() => ElfImage.Parse(builder.Build()), Refuses(ImageError.WrongEndianness, "big-endian"));
    }

    [Test]
    public void The_32_bit_class_is_refused()
    {
        ElfBuilder builder = ElfBuilder.Executable();
        builder.Class = 1;

        Assert.That(() => ElfImage.Parse(builder.Build()), Refuses(ImageError.BadFormat, "64-bit"));
    }

    [TestCase((ushort)1, "link it")]
    [TestCase((ushort)4, "type 4")]
    public void What_cannot_be_executed_is_refused(ushort type, string words)
    {
        ElfBuilder builder = ElfBuilder.Executable();
        builder.Type = type;

        Assert.That(() => ElfImage.Parse(builder.Build()), Refuses(ImageError.BadFormat, words));
    }

    [Test]
    public void A_file_cut_off_anywhere_is_refused_with_a_word_of_what_is_missing()
    {
        byte[] whole = ElfBuilder.Executable().Symbol("start", 0x4020_0000, 16).ToBytes();
        for (int length = 4; length < whole.Length; length++)
        {
            ImageFile cut = new("cut.elf", whole.AsMemory(0, length));
            Assert.That(() => ElfImage.Parse(cut), Refuses(ImageError.Truncated, "truncated"), $"{length} bytes");
        }
    }

    [Test]
    public void Overlapping_segments_are_refused()
    {
        ElfBuilder builder = ElfBuilder.Executable().Segment(0x401f_fff0, 8, length: 0x11);

        Assert.That(() => ElfImage.Parse(builder.Build()), Refuses(ImageError.Overlap, "0x401ffff0"));
    }

    [Test]
    public void Adjoining_segments_are_taken()
    {
        ElfBuilder builder = ElfBuilder.Executable().Segment(0x401f_fff0, 8, length: 0x10);

        Assert.That(() => ElfImage.Parse(builder.Build()), Throws.Nothing);
    }

    [Test]
    public void A_segment_with_more_in_the_file_than_in_memory_is_refused()
    {
        ElfBuilder builder = ElfBuilder.Executable().Segment(0x4100_0000, 8, length: 4);

        Assert.That(() => ElfImage.Parse(builder.Build()), Refuses(ImageError.BadFormat, "more bytes in the file"));
    }

    [Test]
    public void A_segment_over_the_end_of_the_address_space_is_refused()
    {
        ElfBuilder builder = ElfBuilder.Executable().Segment(ulong.MaxValue - 4, 8);

        Assert.That(() => ElfImage.Parse(builder.Build()), Refuses(ImageError.OutsideMemory, "address space"));
    }

    [TestCase(0x4020_0010UL)]
    [TestCase(0x4020_0002UL)]
    [TestCase(0UL)]
    public void An_entry_outside_the_code_or_between_instructions_is_refused(ulong entry)
    {
        ElfBuilder builder = ElfBuilder.Executable();
        builder.Entry = entry;

        Assert.That(() => ElfImage.Parse(builder.Build()), Refuses(ImageError.BadEntry, $"0x{entry:x}"));
    }

    [Test]
    public void An_entry_in_data_is_refused()
    {
        ElfBuilder builder = new() { Entry = 0x4020_0000 };

        Assert.That(() => ElfImage.Parse(builder.Segment(0x4020_0000, 16, flags: 6).Build()), Refuses(ImageError.BadEntry, "executable"));
    }

    [Test]
    public void A_file_without_segments_is_refused()
    {
        Assert.That(() => ElfImage.Parse(new ElfBuilder().Build()), Refuses(ImageError.BadFormat, "program headers"));
    }

    [Test]
    public void Symbols_of_code_and_data_are_read_and_marks_left_out()
    {
        ElfImage image = ElfImage.Parse(ElfBuilder.Executable()
            .Symbol("start", 0x4020_0000, 8)
            .Symbol("$x", 0x4020_0000, type: 0)
            .Symbol("file.c", 0, type: 4, section: 0xfff1)
            .Symbol("missing", 0, section: 0)
            .Symbol("table", 0x4020_0008, 8, type: 1)
            .Build());

        Assert.That(image.Symbols.Symbols.Select(symbol => symbol.Name), Is.EqualTo(new[] { "start", "table" }));
        Assert.That(image.Symbols.Find(0x4020_0004).ToString(), Is.EqualTo("start+0x4"));
    }

    [Test]
    public void No_damage_to_a_file_ends_in_anything_but_an_image_or_a_typed_error()
    {
        byte[] whole = ElfBuilder.Executable().Segment(0x4100_0000, 8, 64).Symbol("start", 0x4020_0000, 16).Symbol("label", 0x4100_0000).ToBytes();
        uint[] values = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
        int refused = 0;
        for (int offset = 4; offset <= whole.Length - 4; offset++)
        {
            foreach (uint value in values)
            {
                byte[] damaged = [.. whole];
                BinaryPrimitives.WriteUInt32LittleEndian(damaged.AsSpan(offset), value);
                try
                {
                    ElfImage.Parse(new ImageFile("damaged", damaged));
                }
                catch (ImageFormatException)
                {
                    refused++;
                }
            }
        }

        Assert.That(refused, Is.GreaterThan(100));
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Refuses(ImageError error, string words) =>
        Throws.InstanceOf<ImageFormatException>()
            .With.Property(nameof(ImageFormatException.Error)).EqualTo(error)
            .And.Message.Contains(words)
            .And.Message.Not.Contains("\n");
}
