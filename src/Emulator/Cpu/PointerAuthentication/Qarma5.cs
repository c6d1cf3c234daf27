using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.PointerAuthentication;

/// <summary>
/// QARMA5, the block cipher behind pointer authentication codes (Arm ARM, ComputePAC). Its state is sixteen cells of four bits; here each has a byte
/// of a vector, so that permutations and substitutions are one shuffle.
/// </summary>
internal static class Qarma5
{
    private const int Iterations = 4;
    private const ulong Alpha = 0xc0ac_29b7_c97c_50dd;
    private const byte LowNibble = 0x0f;

    private static readonly Vector128<byte>[] RoundConstants =
    [
        Expand(0),
        Expand(0x1319_8a2e_0370_7344),
        Expand(0xa409_3822_299f_31d0),
        Expand(0x082e_fa98_ec4e_6c89),
        Expand(0x4528_21e6_38d0_1377),
    ];

    private static readonly Vector128<byte> ExpandedAlpha = Expand(Alpha);

    private static Vector128<byte> CellShuffle => Vector128.Create((byte)13, 6, 11, 0, 7, 12, 1, 10, 8, 3, 14, 5, 2, 9, 4, 15);

    private static Vector128<byte> CellInverseShuffle => Vector128.Create((byte)3, 6, 12, 9, 14, 11, 1, 4, 8, 13, 7, 2, 5, 0, 10, 15);

    private static Vector128<byte> Substitution => Vector128.Create((byte)0xb, 0x6, 0x8, 0xf, 0xc, 0x0, 0x9, 0xe, 0x3, 0x7, 0x4, 0x5, 0xd, 0x2, 0x1, 0xa);

    private static Vector128<byte> InverseSubstitution => Vector128.Create((byte)0x5, 0xe, 0xd, 0x8, 0xa, 0xb, 0x1, 0x9, 0x2, 0x6, 0xf, 0x0, 0x4, 0xc, 0x7, 0x3);

    private static Vector128<byte> RotateOne => Vector128.Create((byte)0x0, 0x2, 0x4, 0x6, 0x8, 0xa, 0xc, 0xe, 0x1, 0x3, 0x5, 0x7, 0x9, 0xb, 0xd, 0xf);

    private static Vector128<byte> RotateTwo => Vector128.Create((byte)0x0, 0x4, 0x8, 0xc, 0x1, 0x5, 0x9, 0xd, 0x2, 0x6, 0xa, 0xe, 0x3, 0x7, 0xb, 0xf);

    private static Vector128<byte> TweakShuffle => Vector128.Create((byte)4, 5, 6, 7, 11, 2, 3, 8, 12, 13, 14, 15, 0, 1, 10, 9);

    private static Vector128<byte> TweakInverseShuffle => Vector128.Create((byte)12, 13, 5, 6, 0, 1, 2, 3, 7, 15, 14, 4, 8, 9, 10, 11);

    // The cells that TweakCellRot changes, after the shuffle and before the inverse one.
    private static Vector128<byte> TweakRotated => Vector128.Create((byte)0, 0, 255, 0, 255, 0, 0, 255, 0, 0, 0, 255, 255, 0, 255, 255);

    // TweakCellRot: the new upper bit is that of bits 0 and 1, the others move down.
    private static Vector128<byte> TweakCell => Vector128.Create((byte)0x0, 0x8, 0x9, 0x1, 0x2, 0xa, 0xb, 0x3, 0x4, 0xc, 0xd, 0x5, 0x6, 0xe, 0xf, 0x7);

    private static Vector128<byte> TweakInverseCell => Vector128.Create((byte)0x0, 0x3, 0x4, 0x7, 0x8, 0xb, 0xc, 0xf, 0x1, 0x2, 0x5, 0x6, 0x9, 0xa, 0xd, 0xe);

    /// <summary>ComputePAC: the code of a value.</summary>
    /// <param name="data">The value.</param>
    /// <param name="modifier">What it is bound to.</param>
    /// <param name="high">Bits 127 to 64 of the key.</param>
    /// <param name="low">Bits 63 to 0 of the key.</param>
    public static ulong Compute(ulong data, ulong modifier, ulong high, ulong low)
    {
        ulong modified = (high << 63) | ((high >> 2) << 1) | ((high >> 63) ^ ((high >> 1) & 1));
        Vector128<byte> key0 = Expand(high);
        Vector128<byte> key1 = Expand(low);
        Vector128<byte> modifiedKey = Expand(modified);
        Vector128<byte> tweak = Expand(modifier);
        Vector128<byte> value = Expand(data) ^ key0;
        for (int i = 0; i <= Iterations; i++)
        {
            value ^= key1 ^ tweak ^ RoundConstants[i];
            if (i > 0)
            {
                value = Multiply(Vector128.Shuffle(value, CellShuffle));
            }

            value = Vector128.Shuffle(Substitution, value);
            tweak = NextTweak(tweak);
        }

        value ^= modifiedKey ^ tweak;
        value = Multiply(Vector128.Shuffle(value, CellShuffle));
        value = Vector128.Shuffle(Substitution, value);
        value = Multiply(Vector128.Shuffle(value, CellShuffle)) ^ key1;
        value = Vector128.Shuffle(value, CellInverseShuffle);
        value = Multiply(Vector128.Shuffle(InverseSubstitution, value));
        value = Vector128.Shuffle(value, CellInverseShuffle) ^ key0 ^ tweak;
        for (int i = 0; i <= Iterations; i++)
        {
            value = Vector128.Shuffle(InverseSubstitution, value);
            if (i < Iterations)
            {
                value = Vector128.Shuffle(Multiply(value), CellInverseShuffle);
            }

            tweak = PreviousTweak(tweak);
            value ^= key1 ^ tweak ^ RoundConstants[Iterations - i] ^ ExpandedAlpha;
        }

        return Contract(value ^ modifiedKey);
    }

    // PACMult: a row of four cells is the sum of the three others, rotated by 1, 2 and 1 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Multiply(Vector128<byte> value)
    {
        Vector128<uint> rows = value.AsUInt32();
        Vector128<byte> beside = (Vector128.Shuffle(rows, Vector128.Create(1u, 2, 3, 0)) ^ Vector128.Shuffle(rows, Vector128.Create(3u, 0, 1, 2))).AsByte();
        Vector128<byte> opposite = Vector128.Shuffle(rows, Vector128.Create(2u, 3, 0, 1)).AsByte();
        return Vector128.Shuffle(RotateOne, beside) ^ Vector128.Shuffle(RotateTwo, opposite);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> NextTweak(Vector128<byte> tweak)
    {
        Vector128<byte> shuffled = Vector128.Shuffle(tweak, TweakShuffle);
        return Vector128.ConditionalSelect(TweakRotated, Vector128.Shuffle(TweakCell, shuffled), shuffled);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> PreviousTweak(Vector128<byte> tweak)
    {
        Vector128<byte> rotated = Vector128.ConditionalSelect(TweakRotated, Vector128.Shuffle(TweakInverseCell, tweak), tweak);
        return Vector128.Shuffle(rotated, TweakInverseShuffle);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Expand(ulong value)
    {
        Vector128<byte> pairs = Vector128.Create(value, value >> 4).AsByte() & Vector128.Create(LowNibble);
        return Vector128.Shuffle(pairs, Vector128.Create((byte)0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Contract(Vector128<byte> cells)
    {
        Vector128<ulong> pairs = Vector128.Shuffle(cells, Vector128.Create((byte)0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15)).AsUInt64();
        return pairs[0] | (pairs[1] << 4);
    }
}
