namespace Emulator.Cpu.Interpreter;

/// <summary>CRC32 and CRC32C (Arm ARM C6.2, "CRC32X"): bit-reflected, without the inversions of the usual checksum.</summary>
internal static class Crc32Checksum
{
    /// <summary>Which polynomial, as a table over one byte.</summary>
    internal interface IPolynomial
    {
        /// <summary>Remainders by byte.</summary>
        static abstract ReadOnlySpan<uint> Table { get; }
    }

    /// <summary>Adds bytes, lowest first.</summary>
    public static uint Update<TPolynomial>(uint checksum, ulong data, int bytes)
        where TPolynomial : struct, IPolynomial
    {
        ReadOnlySpan<uint> table = TPolynomial.Table;
        for (int i = 0; i < bytes; i++)
        {
            checksum = table[(byte)(checksum ^ (uint)(data >> (8 * i)))] ^ (checksum >> 8);
        }

        return checksum;
    }

    private static uint[] MakeTable(uint reflectedPolynomial)
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ reflectedPolynomial : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }

    /// <summary>0x04C11DB7, for CRC32.</summary>
    public readonly struct Ieee : IPolynomial
    {
        private static readonly uint[] Remainders = MakeTable(0xedb88320);

        public static ReadOnlySpan<uint> Table => Remainders;
    }

    /// <summary>0x1EDC6F41, for CRC32C.</summary>
    public readonly struct Castagnoli : IPolynomial
    {
        private static readonly uint[] Remainders = MakeTable(0x82f63b78);

        public static ReadOnlySpan<uint> Table => Remainders;
    }
}
