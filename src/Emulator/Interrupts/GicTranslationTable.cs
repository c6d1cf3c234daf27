using System.Buffers.Binary;
using Emulator.Memory;

namespace Emulator.Interrupts;

/// <summary>A table of the translation service in guest memory, flat or of two levels, that a GITS_BASER&lt;n&gt; describes (GICv3 architecture, "The ITS tables").</summary>
internal sealed class GicTranslationTable
{
    /// <summary>Length of an entry in bytes, of either level.</summary>
    public const int EntryLength = 8;

    private const ulong Valid = 1ul << 63;
    private const ulong Indirect = 1ul << 62;
    private const int PageSizeShift = 8;
    private const ulong EntryAddressMask = 0x000f_ffff_ffff_f000;

    // Valid, Indirect, cacheability of both kinds, address, shareability, page size, size.
    private const ulong Writable = 0xf8e0_ffff_ffff_ffff;

    private readonly DmaView _memory;
    private readonly int _idBits;
    private readonly ulong _fixed;

    /// <summary>Creates a table without memory.</summary>
    /// <param name="memory">Guest memory.</param>
    /// <param name="type">GITS_BASER.Type.</param>
    /// <param name="idBits">Bits of the numbers that are looked up in it.</param>
    public GicTranslationTable(DmaView memory, int type, int idBits)
    {
        _memory = memory;
        _idBits = idBits;
        _fixed = ((ulong)type << 56) | ((EntryLength - 1ul) << 48);
        Reset();
    }

    /// <summary>GITS_BASER&lt;n&gt;.</summary>
    public ulong Base
    {
        get;
        set => field = (value & Writable) | _fixed;
    }

    /// <summary>True when software has given it memory.</summary>
    public bool IsValid => (Base & Valid) != 0;

    private int PageSize => ((Base >> PageSizeShift) & 3) switch
    {
        0 => 0x1000,
        1 => 0x4000,
        _ => 0x1_0000,
    };

    private ulong Length => ((Base & 0xff) + 1) * (ulong)PageSize;

    // With pages of 64 KiB, bits 15 to 12 of the register are bits 51 to 48 of the address.
    private ulong Address => PageSize == 0x1_0000
        ? (Base & 0x0000_ffff_ffff_0000) | ((Base & 0xf000) << 36)
        : Base & 0x0000_ffff_ffff_f000 & ~(ulong)(PageSize - 1);

    /// <summary>Finds where the entry of a number is.</summary>
    /// <param name="id">The number.</param>
    /// <param name="address">Its address.</param>
    /// <returns><see cref="GicTranslationOutcome.Ignored"/> when the table has no room for it, <see cref="GicTranslationOutcome.Stalled"/> when memory does not answer.</returns>
    public GicTranslationOutcome Find(uint id, out ulong address)
    {
        address = 0;
        if (!IsValid || id >> _idBits != 0)
        {
            return GicTranslationOutcome.Ignored;
        }

        if ((Base & Indirect) == 0)
        {
            address = Address + ((ulong)id * EntryLength);
            return (ulong)id * EntryLength < Length ? GicTranslationOutcome.Done : GicTranslationOutcome.Ignored;
        }

        uint perPage = (uint)(PageSize / EntryLength);
        ulong offset = (ulong)(id / perPage) * EntryLength;
        if (offset >= Length)
        {
            return GicTranslationOutcome.Ignored;
        }

        if (!TryRead(Address + offset, out ulong page))
        {
            return GicTranslationOutcome.Stalled;
        }

        address = (page & EntryAddressMask & ~(ulong)(PageSize - 1)) + ((ulong)(id % perPage) * EntryLength);
        return (page & Valid) != 0 ? GicTranslationOutcome.Done : GicTranslationOutcome.Ignored;
    }

    /// <summary>Reads an entry.</summary>
    public GicTranslationOutcome Read(uint id, out ulong entry)
    {
        entry = 0;
        GicTranslationOutcome outcome = Find(id, out ulong address);
        return outcome == GicTranslationOutcome.Done && !TryRead(address, out entry) ? GicTranslationOutcome.Stalled : outcome;
    }

    /// <summary>Writes an entry.</summary>
    public GicTranslationOutcome Write(uint id, ulong entry)
    {
        GicTranslationOutcome outcome = Find(id, out ulong address);
        return outcome == GicTranslationOutcome.Done && !TryWrite(_memory, address, entry) ? GicTranslationOutcome.Stalled : outcome;
    }

    /// <summary>Takes the memory away.</summary>
    public void Reset() => Base = 2ul << PageSizeShift;

    /// <summary>Writes a doubleword of guest memory.</summary>
    public static bool TryWrite(DmaView memory, ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return memory.TryWrite(address, bytes);
    }

    /// <summary>Reads a doubleword of guest memory.</summary>
    public static bool TryRead(DmaView memory, ulong address, out ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        bool ok = memory.TryRead(address, bytes);
        value = ok ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return ok;
    }

    private bool TryRead(ulong address, out ulong value) => TryRead(_memory, address, out value);
}
