using System.Buffers.Binary;
using System.Text;

namespace Emulator.Firmware;

/// <summary>
/// A 64-bit little-endian ELF file for AArch64 (System V ABI, chapters 4 and 5; ELF for the Arm 64-bit Architecture). Nothing
/// in it is believed: each count, offset and size is checked against the file before it is used.
/// </summary>
internal sealed class ElfImage : BootImage
{
    private const int HeaderLength = 64;
    private const int ProgramHeaderLength = 56;
    private const int SectionHeaderLength = 64;
    private const int SymbolLength = 24;
    private const int ClassOffset = 4;
    private const int DataOffset = 5;
    private const int VersionOffset = 6;
    private const byte Class64 = 2;
    private const byte LittleEndian = 1;
    private const byte BigEndian = 2;
    private const int TypeExecutable = 2;
    private const int TypeShared = 3;
    private const uint Load = 1;
    private const uint ExecutableFlag = 1;
    private const uint SymbolSection = 2;

    /// <summary>The loadable segments by physical address; at least one.</summary>
    public required IReadOnlyList<ElfSegment> Segments { get; init; }

    /// <summary>Physical address of the first instruction.</summary>
    public required ulong Entry { get; init; }

    /// <summary>True when bytes start as an ELF file does.</summary>
    /// <param name="data">The file.</param>
    public static bool Recognises(ReadOnlySpan<byte> data) => data.StartsWith("\u007fELF"u8);

    /// <summary>Reads an ELF file.</summary>
    /// <param name="file">A file that <see cref="Recognises"/> takes.</param>
    /// <exception cref="ImageFormatException">The file is truncated, for another machine, or breaks the format's rules.</exception>
    public static ElfImage Parse(ImageFile file)
    {
        CheckIdentity(file);
        ReadOnlySpan<byte> header = file.Data.Span;
        int type = BinaryPrimitives.ReadUInt16LittleEndian(header[16..]);
        if (type is not (TypeExecutable or TypeShared))
        {
            throw Bad(file, ImageError.BadFormat, type == 1 ? "is a relocatable object file; link it first" : $"has ELF type {type}, which cannot be executed; give an executable");
        }

        ElfSegment[] segments = ReadSegments(file);
        return new ElfImage
        {
            Name = file.Name,
            Segments = segments,
            Entry = FindEntry(file, segments, BinaryPrimitives.ReadUInt64LittleEndian(header[24..])),
            Symbols = ReadSymbols(file, segments),
        };
    }

    private static void CheckIdentity(ImageFile file)
    {
        ReadOnlySpan<byte> data = file.Data.Span;
        if (data.Length < 20)
        {
            throw Truncated(file, "the ELF header");
        }

        // The machine first: "for x86-64" says more than "the wrong class".
        bool big = data[DataOffset] == BigEndian;
        int machine = big ? BinaryPrimitives.ReadUInt16BigEndian(data[18..]) : BinaryPrimitives.ReadUInt16LittleEndian(data[18..]);
        if (machine != ElfMachines.AArch64)
        {
            throw Bad(file, ImageError.WrongMachine, $"is an ELF file for {ElfMachines.NameOf(machine)}; give one built for AArch64");
        }

        if (big)
        {
            throw Bad(file, ImageError.WrongEndianness, "is a big-endian ELF file; build it little-endian");
        }

        if (data[ClassOffset] != Class64 || data[DataOffset] != LittleEndian || data[VersionOffset] != 1)
        {
            throw Bad(file, ImageError.BadFormat, "is no 64-bit little-endian ELF file of version 1; build it for aarch64 (LP64)");
        }

        if (data.Length < HeaderLength)
        {
            throw Truncated(file, "the ELF header");
        }
    }

    private static ElfSegment[] ReadSegments(ImageFile file)
    {
        ReadOnlySpan<byte> header = file.Data.Span;
        ulong tableOffset = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        int entryLength = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        if (count == 0 || entryLength != ProgramHeaderLength)
        {
            throw Bad(file, ImageError.BadFormat, "has no program headers of the 64-bit form; link it as an executable");
        }

        ReadOnlySpan<byte> table = Slice(file, tableOffset, (ulong)count * ProgramHeaderLength, "the program headers").Span;
        List<ElfSegment> segments = [];
        for (int index = 0; index < count; index++)
        {
            ReadOnlySpan<byte> entry = table.Slice(index * ProgramHeaderLength, ProgramHeaderLength);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) == Load && ReadSegment(file, entry, index) is { } segment)
            {
                segments.Add(segment);
            }
        }

        if (segments.Count == 0)
        {
            throw Bad(file, ImageError.BadFormat, "has nothing to load; link it as an executable");
        }

        ElfSegment[] sorted = [.. segments.OrderBy(segment => segment.PhysicalAddress)];
        for (int index = 1; index < sorted.Length; index++)
        {
            if (sorted[index].PhysicalAddress < sorted[index - 1].End)
            {
                throw Bad(file, ImageError.Overlap, $"its segments at 0x{sorted[index - 1].PhysicalAddress:x} and 0x{sorted[index].PhysicalAddress:x} overlap; correct the linker script");
            }
        }

        return sorted;
    }

    private static ElfSegment? ReadSegment(ImageFile file, ReadOnlySpan<byte> entry, int index)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]);
        ulong virtualAddress = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
        ulong physicalAddress = BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]);
        ulong fileLength = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(entry[40..]);
        if (fileLength > length)
        {
            throw Bad(file, ImageError.BadFormat, $"segment {index} has more bytes in the file (0x{fileLength:x}) than in memory (0x{length:x}); link it again");
        }

        if (length == 0)
        {
            return null;
        }

        if (physicalAddress > ulong.MaxValue - length || virtualAddress > ulong.MaxValue - length)
        {
            throw Bad(file, ImageError.OutsideMemory, $"segment {index} runs over the end of the address space; correct the linker script");
        }

        ReadOnlyMemory<byte> data = Slice(file, offset, fileLength, $"segment {index}");
        return new ElfSegment(physicalAddress, virtualAddress, data, length, (flags & ExecutableFlag) != 0);
    }

    /// <summary>The entry as a physical address: linkers give a virtual one.</summary>
    private static ulong FindEntry(ImageFile file, ElfSegment[] segments, ulong entry)
    {
        foreach (ElfSegment segment in segments)
        {
            if (segment.IsExecutable && entry - segment.VirtualAddress < (ulong)segment.Data.Length)
            {
                return CheckAligned(file, entry - segment.VirtualAddress + segment.PhysicalAddress);
            }
        }

        foreach (ElfSegment segment in segments)
        {
            if (segment.IsExecutable && entry - segment.PhysicalAddress < (ulong)segment.Data.Length)
            {
                return CheckAligned(file, entry);
            }
        }

        throw Bad(file, ImageError.BadEntry, $"its entry 0x{entry:x} lies in no executable segment; set the entry symbol (ld -e)");
    }

    private static ulong CheckAligned(ImageFile file, ulong entry) => entry % 4 == 0
        ? entry
        : throw Bad(file, ImageError.BadEntry, $"its entry 0x{entry:x} is no multiple of 4; set the entry symbol (ld -e)");

    private static SymbolTable ReadSymbols(ImageFile file, ElfSegment[] segments)
    {
        ReadOnlySpan<byte> header = file.Data.Span;
        ulong tableOffset = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        int entryLength = BinaryPrimitives.ReadUInt16LittleEndian(header[58..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        if (tableOffset == 0 || count == 0)
        {
            return SymbolTable.Empty;
        }

        if (entryLength != SectionHeaderLength)
        {
            throw Bad(file, ImageError.BadFormat, $"its section headers have {entryLength} bytes instead of {SectionHeaderLength}; link it again");
        }

        ReadOnlySpan<byte> table = Slice(file, tableOffset, (ulong)count * SectionHeaderLength, "the section headers").Span;
        for (int index = 0; index < count; index++)
        {
            ReadOnlySpan<byte> section = table.Slice(index * SectionHeaderLength, SectionHeaderLength);
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) == SymbolSection)
            {
                uint link = BinaryPrimitives.ReadUInt32LittleEndian(section[40..]);
                if (link >= count)
                {
                    throw Bad(file, ImageError.BadFormat, "its symbol table names no string table; link or strip it again");
                }

                ReadOnlySpan<byte> strings = SectionData(file, table[((int)link * SectionHeaderLength)..], "the symbols' names");
                ulong end = segments.Max(segment => segment.VirtualAddress + segment.Length);
                return new SymbolTable(ReadSymbols(SectionData(file, section, "the symbol table"), strings), end);
            }
        }

        return SymbolTable.Empty;
    }

    private static List<Symbol> ReadSymbols(ReadOnlySpan<byte> table, ReadOnlySpan<byte> strings)
    {
        List<Symbol> symbols = new(table.Length / SymbolLength);
        for (; table.Length >= SymbolLength; table = table[SymbolLength..])
        {
            uint nameOffset = BinaryPrimitives.ReadUInt32LittleEndian(table);
            int type = table[4] & 0xf;
            int section = BinaryPrimitives.ReadUInt16LittleEndian(table[6..]);

            // STT_NOTYPE, STT_OBJECT and STT_FUNC that are defined in a section; absolute values are no places.
            if (type > 2 || section is 0 or >= 0xff00 || nameOffset == 0 || nameOffset >= strings.Length)
            {
                continue;
            }

            ReadOnlySpan<byte> name = strings[(int)nameOffset..];
            int length = name.IndexOf((byte)0);

            // $x and $d mark code and data (ELF for the Arm 64-bit Architecture, "Mapping symbols").
            if (length > 0 && name[0] != '$')
            {
                symbols.Add(new Symbol(
                    Encoding.UTF8.GetString(name[..length]),
                    BinaryPrimitives.ReadUInt64LittleEndian(table[8..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(table[16..])));
            }
        }

        return symbols;
    }

    private static ReadOnlySpan<byte> SectionData(ImageFile file, ReadOnlySpan<byte> section, string what) =>
        Slice(file, BinaryPrimitives.ReadUInt64LittleEndian(section[24..]), BinaryPrimitives.ReadUInt64LittleEndian(section[32..]), what).Span;

    private static ReadOnlyMemory<byte> Slice(ImageFile file, ulong offset, ulong length, string what)
    {
        ulong available = (ulong)file.Data.Length;
        return offset <= available && length <= available - offset
            ? file.Data.Slice((int)offset, (int)length)
            : throw Truncated(file, what);
    }

    private static ImageFormatException Truncated(ImageFile file, string what) =>
        Bad(file, ImageError.Truncated, $"is truncated: its {file.Data.Length:N0} bytes end before {what}; build or fetch it again");

    private static ImageFormatException Bad(ImageFile file, ImageError error, string problem) => new(file.Name, error, problem);
}
