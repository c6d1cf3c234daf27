using Emulator.Cpu.FloatingPoint;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>Makes values whose elements, of some size or format, are at the edges: the same ones for the same seed.</summary>
internal sealed class VectorOperands(int seed)
{
    private static readonly double[] Doubles =
    [
        0, 1, 0.5, 1.5, 2.5, 3, 0.3, 1e10, double.Epsilon, 2.2250738585072014e-308, 2.2250738585072009e-308, 1.5e-154, double.MaxValue, double.PositiveInfinity,
        2147483647.5, 2147483648, 4294967295.5, 4294967296, 9223372036854774784, 9223372036854775808.0, 18446744073709551616.0, 0.49999999999999994, 4503599627370497.5,
        1.0000000000000002, 0.99999999999999989, 1.4916681462400413e-154, 3.4028235677973366e+38, 1.1754943e-38, 1.1754943508222875e-38, 1e-45,
    ];

    private static readonly float[] Singles =
    [
        0, 1, 0.5f, 1.5f, 2.5f, 3, 0.3f, 1e10f, float.Epsilon, 1.17549435e-38f, 1.17549421e-38f, 1.0842e-19f, float.MaxValue, float.PositiveInfinity,
        2147483520, 2147483648, 4294967040, 4294967296, 9223371487098961920, 9223372036854775808, 0.49999997f, 8388607.5f, 1.0000001f, 0.99999994f, 1.0842022e-19f,
    ];

    // A quiet and a signaling NaN.
    private static readonly ulong[] DoubleNaNs = [0x7ff8_0000_0000_0001, 0x7ff0_0000_0000_0001];
    private static readonly uint[] SingleNaNs = [0x7fc0_0001, 0x7f80_0001];

    private readonly Random _random = new(seed);

    // Most of a set of operands are of one kind, so that they meet.
    private readonly int _kind = new Random(~seed).Next(10);

    public ulong NextHalf() => (_random.Next(4) == 0 ? _random.Next(10) : _kind) switch
    {
        0 or 1 => NextDouble(),
        2 or 3 => NextSingle() | ((ulong)NextSingle() << 32),
        4 => NextElements(8),
        5 => NextElements(16),
        6 => NextElements(32),
        7 => NextElements(64),
        8 when _random.Next(2) == 0 => (ulong)_random.Next(200),
        8 => NextHalves(),
        _ => NextBits(),
    };

    public ulong NextOffset() => (ulong)(_random.Next(4) == 0 ? _random.Next(0x2000) : _random.Next(8) * 16);

    public uint NextFlags() => (uint)_random.Next(16) << 28;

    // FPCR: mostly 0, else with default NaNs, denormals flushed, rounding up, or the other half precision.
    public uint NextControl() => _random.Next(16) switch
    {
        0 => FpContext.DefaultNaNBit,
        1 => FpContext.FlushToZeroBit,
        2 => 1 << 22,
        3 => FpContext.AlternativeHalfBit,
        _ => 0,
    };

    private ulong NextBits() => (ulong)_random.NextInt64(long.MinValue, long.MaxValue);

    private ulong NextDouble()
    {
        ulong sign = (ulong)_random.Next(2) << 63;
        return sign | (_random.Next(12) switch
        {
            0 => DoubleNaNs[_random.Next(2)],
            < 7 => BitConverter.DoubleToUInt64Bits(Doubles[_random.Next(Doubles.Length)]),

            // Whose products are about the smallest normal number.
            7 => (NextBits() >> 12) | ((ulong)_random.Next(508, 514) << 52),
            8 => BitConverter.DoubleToUInt64Bits(_random.Next(1000)),
            _ => BitConverter.DoubleToUInt64Bits(_random.NextDouble() * 1000),
        });
    }

    private uint NextSingle()
    {
        uint sign = (uint)_random.Next(2) << 31;
        return sign | (_random.Next(12) switch
        {
            0 => SingleNaNs[_random.Next(2)],
            < 7 => BitConverter.SingleToUInt32Bits(Singles[_random.Next(Singles.Length)]),
            7 => (uint)(NextBits() >> 41) | ((uint)_random.Next(60, 66) << 23),
            8 => BitConverter.SingleToUInt32Bits(_random.Next(1000)),
            _ => BitConverter.SingleToUInt32Bits((float)(_random.NextDouble() * 1000)),
        });
    }

    // Half precision, and singles that become such: about the smallest normal number and the largest one.
    private ulong NextHalves()
    {
        ulong value = 0;
        for (int i = 0; i < 4; i++)
        {
            ulong half = _random.Next(8) switch
            {
                0 => 0x0400,
                1 => 0x03ff,
                2 => 0x7bff,
                3 => 0x7c00,
                4 => 0x7c01,
                5 => 0x7e00,
                _ => (ulong)_random.Next(0x8000),
            };
            value = (value << 16) | half | ((ulong)_random.Next(2) << 15);
        }

        if (_random.Next(2) == 0)
        {
            return value;
        }

        ulong low = BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf((ushort)value));
        ulong high = BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf((ushort)(value >> 16)));
        return (low + (ulong)_random.Next(0x2002) - 0x1001) | ((high + (ulong)_random.Next(0x2002) - 0x1001) << 32);
    }

    private ulong NextElements(int bits)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += bits)
        {
            ulong element = _random.Next(6) switch
            {
                0 => 0,
                1 => ulong.MaxValue,
                2 => 1UL << (bits - 1),
                3 => (1UL << (bits - 1)) - 1,
                4 => (ulong)_random.Next(-3, 4),
                _ => NextBits(),
            };
            value |= (element & (ulong.MaxValue >> (64 - bits))) << shift;
        }

        return value;
    }
}
