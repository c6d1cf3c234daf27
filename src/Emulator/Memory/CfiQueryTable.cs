using System.Numerics;

namespace Emulator.Memory;

/// <summary>
/// What one chip answers to CFI Query (JEDEC JESD68.01), a byte for each word address. Two 16-bit chips side by side make a
/// bank, as on QEMU's <c>virt</c>, and each describes only itself.
/// </summary>
internal static class CfiQueryTable
{
    /// <summary>Word addresses with an answer; all above read as zero.</summary>
    public const int Length = 0x52;

    /// <summary>log2 of one chip's write buffer in bytes.</summary>
    public const int LogWriteBuffer = 11;

    /// <summary>Builds the table.</summary>
    /// <param name="chipLength">Bytes in one chip, a power of two.</param>
    /// <param name="chipBlockLength">Bytes of one chip in an erase block.</param>
    public static byte[] Build(ulong chipLength, ulong chipBlockLength)
    {
        ulong blocks = (chipLength / chipBlockLength) - 1;
        ulong blockUnits = chipBlockLength / 256;
        var table = new byte[Length];

        // Query identification string: the Intel/Sharp extended command set, its own table at 0x31.
        "QRY"u8.CopyTo(table.AsSpan(0x10));
        table[0x13] = 0x01;
        table[0x15] = 0x31;

        // System interface: 4.5 to 5.5 V, no programming voltage pin; typical times 2^n us or ms, maximum 2^n times those.
        table[0x1b] = 0x45;
        table[0x1c] = 0x55;
        table[0x1f] = 0x07;
        table[0x20] = 0x07;
        table[0x21] = 0x0a;
        table[0x23] = 0x04;
        table[0x24] = 0x04;
        table[0x25] = 0x04;

        // Geometry: size, x8/x16 interface, write buffer, one region of equal blocks (count - 1, then size / 256).
        table[0x27] = (byte)BitOperations.TrailingZeroCount(chipLength);
        table[0x28] = 0x02;
        table[0x2a] = LogWriteBuffer;
        table[0x2c] = 0x01;
        table[0x2d] = (byte)blocks;
        table[0x2e] = (byte)(blocks >> 8);
        table[0x2f] = (byte)blockUnits;
        table[0x30] = (byte)(blockUnits >> 8);

        // Primary extended table, version 1.0: no optional feature, one protection field.
        "PRI10"u8.CopyTo(table.AsSpan(0x31));
        table[0x3f] = 0x01;
        return table;
    }
}
