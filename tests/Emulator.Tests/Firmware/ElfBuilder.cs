using System.Buffers.Binary;
using System.Text;
using Emulator.Firmware;

namespace Emulator.Tests.Firmware;

/// <summary>Writes small ELF files, right ones and wrong ones.</summary>
internal sealed class ElfBuilder
{
    private readonly List<(uint Flags, ulong Virtual, ulong Physical, byte[] Data, ulong Length)> _segments = [];
    private readonly List<(string Name, ulong Address, ulong Size, int Type, int Section)> _symbols = [];

    public ushort Machine { get; set; } = 183;

    public ushort Type { get; set; } = 2;

    public byte Class { get; set; } = 2;

    public byte Endianness { get; set; } = 1;

    public ulong Entry { get; set; } = 0x4020_0000;

    /// <summary>An executable with one segment of code.</summary>
    public static ElfBuilder Executable(ulong address = 0x4020_0000) => new ElfBuilder { Entry = address }.Segment(address, 16);

    public ElfBuilder Segment(ulong address, int dataLength, ulong? length = null, uint flags = 5, ulong? physical = null)
    {
        byte[] data = new byte[dataLength];
        Array.Fill(data, (byte)(_segments.Count + 1));
        _segments.Add((flags, address, physical ?? address, data, length ?? (ulong)dataLength));
        return this;
    }

    public ElfBuilder Symbol(string name, ulong address, ulong size = 0, int type = 2, int section = 1)
    {
        _symbols.Add((name, address, size, type, section));
        return this;
    }

    public ImageFile Build(string name = "image.elf") => new(name, ToBytes());

    public byte[] ToBytes()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        int dataOffset = 64 + (56 * _segments.Count);
        int symbolsOffset = dataOffset + _segments.Sum(segment => segment.Data.Length);
        byte[] strings = [0, .. _symbols.SelectMany(symbol => Encoding.UTF8.GetBytes(symbol.Name + '\0'))];
        int stringsOffset = symbolsOffset + (24 * (_symbols.Count + 1));
        int sectionsOffset = stringsOffset + strings.Length;
        bool hasSections = _symbols.Count != 0;

        writer.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', Class, Endianness, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        WriteUInt16(writer, Type);
        WriteUInt16(writer, Machine);
        writer.Write(1u);
        writer.Write(Entry);
        writer.Write(64UL);
        writer.Write(hasSections ? (ulong)sectionsOffset : 0);
        writer.Write(0u);
        writer.Write((ushort)64);
        writer.Write((ushort)56);
        writer.Write((ushort)_segments.Count);
        writer.Write((ushort)64);
        writer.Write((ushort)(hasSections ? 3 : 0));
        writer.Write((ushort)0);
        int offset = dataOffset;
        foreach ((uint flags, ulong address, ulong physical, byte[] data, ulong length) in _segments)
        {
            writer.Write(1u);
            writer.Write(flags);
            writer.Write((ulong)offset);
            writer.Write(address);
            writer.Write(physical);
            writer.Write((ulong)data.Length);
            writer.Write(length);
            writer.Write(1UL);
            offset += data.Length;
        }

        _segments.ForEach(segment => writer.Write(segment.Data));
        if (hasSections)
        {
            WriteSymbols(writer, strings);
            writer.Write(new byte[64]);
            WriteSection(writer, 2, symbolsOffset, 24 * (_symbols.Count + 1), link: 2);
            WriteSection(writer, 3, stringsOffset, strings.Length, link: 0);
        }

        return stream.ToArray();
    }

    private static void WriteSection(BinaryWriter writer, uint type, int offset, int length, uint link)
    {
        writer.Write(0u);
        writer.Write(type);
        writer.Write(0UL);
        writer.Write(0UL);
        writer.Write((ulong)offset);
        writer.Write((ulong)length);
        writer.Write(link);
        writer.Write(0u);
        writer.Write(1UL);
        writer.Write(0UL);
    }

    private void WriteSymbols(BinaryWriter writer, byte[] strings)
    {
        writer.Write(new byte[24]);
        int name = 1;
        foreach ((string text, ulong address, ulong size, int type, int section) in _symbols)
        {
            writer.Write(name);
            writer.Write((byte)type);
            writer.Write((byte)0);
            writer.Write((ushort)section);
            writer.Write(address);
            writer.Write(size);
            name += Encoding.UTF8.GetByteCount(text) + 1;
        }

        writer.Write(strings);
    }

    private void WriteUInt16(BinaryWriter writer, ushort value) =>
        writer.Write(Endianness == 2 ? BinaryPrimitives.ReverseEndianness(value) : value);
}
