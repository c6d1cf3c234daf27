using System.Numerics;

namespace Emulator.InteropTests.Oracle;

/// <summary>Random values as tests want them: the edges far more often than chance has them. The same seed and name give the same values.</summary>
internal sealed class OracleRandom(ulong seed, string name)
{
    private static readonly ulong[] Edges =
    [
        0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0x8000_0000_0000_0001, 0xffff_ffff_8000_0000, 0xffff_ffff_7fff_ffff,
        0xffff_ffff_ffff_fffe, ulong.MaxValue, 0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa, 0x0123_4567_89ab_cdef,
    ];

    private readonly MachineRandom _random = new(seed, name);

    /// <summary>64 random bits.</summary>
    public ulong Bits() => _random.NextUInt64();

    /// <summary>A number below a limit.</summary>
    public int Below(int limit) => (int)((_random.NextUInt64() >> 32) * (ulong)limit >> 32);

    /// <summary>True in so many of a hundred cases.</summary>
    public bool Percent(int percent) => Below(100) < percent;

    /// <summary>Fills bytes.</summary>
    public void Fill(Span<byte> bytes) => _random.Fill(bytes);

    /// <summary>A field's value of so many bits: edges and anything.</summary>
    public uint Field(int width)
    {
        uint mask = (uint)((1UL << width) - 1);
        return Below(8) switch
        {
            0 => 0,
            1 => mask,
            2 => 1u << Below(width),
            3 => (mask >> 1) + (uint)Below(2),
            _ => (uint)Bits() & mask,
        };
    }

    /// <summary>An integer of 64 bits: edges of all widths, small ones of both signs, single bits, runs of bits, anything.</summary>
    public ulong Integer() => Below(11) switch
    {
        0 or 1 => Edges[Below(Edges.Length)],
        2 => (ulong)(long)(Below(129) - 64),
        3 => 1UL << Below(64),
        4 => ulong.MaxValue >> Below(64) << Below(64),
        5 => (uint)Bits(),
        6 => (ulong)(long)(int)Bits(),
        7 => (Bits() << 32) | (uint)(Below(5) - 2),
        _ => Bits(),
    };

    /// <summary>One of the few integers whose pairs are the special cases.</summary>
    public ulong Extreme() => Below(6) switch
    {
        0 => 0,
        1 => 1,
        2 => ulong.MaxValue,
        3 => 1UL << 63,
        4 => (Bits() << 32) | (1UL << 31),
        _ => (Bits() << 32) | uint.MaxValue,
    };

    /// <summary>A floating-point number: all classes, few and many significant bits, exponents near each other and near the limits of the integers.</summary>
    /// <param name="width">16, 32 or 64 bits.</param>
    public ulong Float(int width)
    {
        int fractionBits = width switch { 16 => 10, 32 => 23, _ => 52 };
        int exponentBits = width - 1 - fractionBits;
        ulong maximum = (1UL << exponentBits) - 1;
        ulong bias = maximum >> 1;
        ulong fractionMask = (1UL << fractionBits) - 1;
        ulong fraction = Below(6) switch
        {
            0 => 0,
            1 => fractionMask,
            2 => 1UL << Below(fractionBits),
            3 => fractionMask << Below(fractionBits) & fractionMask,
            _ => Bits() & fractionMask,
        };
        ulong exponent;
        switch (Below(16))
        {
            case 0:
                (exponent, fraction) = (0, 0);
                break;
            case 1:
                exponent = 0;
                break;
            case 2:
                (exponent, fraction) = (maximum, 0);
                break;
            case 3:
                exponent = maximum;
                break;
            case 4:
                exponent = maximum - 1 - (ulong)Below(2);
                break;
            case 5:
                exponent = 1 + (ulong)Below(3);
                break;
            case 6 or 7 or 8 or 9:
                exponent = bias + (ulong)Below(8) - 4;
                break;
            case 10:
                // Where integers of 8 to 64 bits end.
                exponent = Math.Min(maximum - 1, bias + (ulong)((8 << Below(4)) - 2 + Below(3)));
                break;
            case 11:
                exponent = Math.Min(maximum - 1, bias + (ulong)Below(fractionBits + 2));
                break;
            default:
                exponent = Bits() & maximum;
                break;
        }

        return ((Bits() & 1) << (width - 1)) | (exponent << fractionBits) | fraction;
    }

    /// <summary>A floating-point number like those that calculations meet: near one, all bits in use.</summary>
    /// <param name="width">16, 32 or 64 bits.</param>
    public ulong OrdinaryFloat(int width)
    {
        int fractionBits = width switch { 16 => 10, 32 => 23, _ => 52 };
        ulong bias = (1UL << (width - 2 - fractionBits)) - 1;
        ulong bits = Bits();
        return ((bits & 1) << (width - 1)) | ((bias + (ulong)Below(5) - 2) << fractionBits) | (bits >> (64 - fractionBits));
    }

    /// <summary>An integer lane: its edges and anything.</summary>
    public ulong Lane(int width)
    {
        ulong mask = ulong.MaxValue >> (64 - width);
        ulong top = 1UL << (width - 1);
        return Below(10) switch
        {
            0 => 0,
            1 => mask,
            2 => top,
            3 => top - 1,
            4 => (ulong)(long)(Below(2 * width) - width) & mask,
            5 => 1UL << Below(width),
            _ => Bits() & mask,
        };
    }

    /// <summary>64 bits of lanes.</summary>
    /// <param name="width">Of a lane, 8 to 64 bits.</param>
    /// <param name="isFloat">Floating-point or integers.</param>
    public ulong Lanes(int width, bool isFloat)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += width)
        {
            value |= (isFloat && width >= 16 ? Float(width) : Lane(width)) << shift;
        }

        return value;
    }

    /// <summary>A register number; few of them often, so that operands are the same ones now and then.</summary>
    public uint Register() => Below(20) switch
    {
        < 6 => (uint)Below(3),
        < 8 => 31,
        8 => 30,
        _ => (uint)Below(32),
    };
}
