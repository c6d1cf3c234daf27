using System.Runtime.CompilerServices;

namespace Emulator.Cpu.FloatingPoint;

/// <summary>The encoding of a format, whose values are held as raw bits in the low end of a <see cref="ulong"/>.</summary>
/// <typeparam name="T"><see cref="Half"/>, <see cref="BFloat16"/>, <see cref="float"/> or <see cref="double"/>.</typeparam>
internal static unsafe class FpFormat<T>
    where T : unmanaged
{
    /// <summary>Width of the format.</summary>
    public static int Bits => sizeof(T) * 8;

    /// <summary>Width of the fraction.</summary>
    public static int FractionBits => sizeof(T) switch { 2 => typeof(T) == typeof(BFloat16) ? 7 : 10, 4 => 23, _ => 52 };

    /// <summary>Width of the exponent.</summary>
    public static int ExponentBits => Bits - 1 - FractionBits;

    /// <summary>The exponent's largest code: infinities and NaNs.</summary>
    public static int MaximumExponentCode => (1 << ExponentBits) - 1;

    /// <summary>Exponent of the smallest normal number.</summary>
    public static int MinimumExponent => 2 - (1 << (ExponentBits - 1));

    /// <summary>The sign bit.</summary>
    public static ulong SignBit => 1UL << (Bits - 1);

    /// <summary>The fraction's bits.</summary>
    public static ulong FractionMask => (1UL << FractionBits) - 1;

    /// <summary>The fraction's bit that makes a NaN quiet.</summary>
    public static ulong QuietBit => 1UL << (FractionBits - 1);

    /// <summary>FPDefaultNaN.</summary>
    public static ulong DefaultNaN => Infinity(false) | QuietBit;

    /// <summary>FPInfinity.</summary>
    public static ulong Infinity(bool sign) => Zero(sign) | ((ulong)MaximumExponentCode << FractionBits);

    /// <summary>FPMaxNormal.</summary>
    public static ulong MaximumNormal(bool sign) => Infinity(sign) - 1;

    /// <summary>FPZero.</summary>
    public static ulong Zero(bool sign) => sign ? SignBit : 0;

    /// <summary>FPTwo, FPThree... : a small power of two, with or without half of it on top.</summary>
    /// <param name="sign">The sign.</param>
    /// <param name="exponent">The power.</param>
    /// <param name="andHalf">True for one and a half of it.</param>
    public static ulong Power(bool sign, int exponent, bool andHalf = false) =>
        Zero(sign) | ((ulong)(exponent + 1 - MinimumExponent) << FractionBits) | (andHalf ? QuietBit : 0);

    /// <summary>The bits of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ToBits(T value) => sizeof(T) switch
    {
        2 => Unsafe.BitCast<T, ushort>(value),
        4 => Unsafe.BitCast<T, uint>(value),
        _ => Unsafe.BitCast<T, ulong>(value),
    };

    /// <summary>The value of some bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FromBits(ulong bits) => sizeof(T) switch
    {
        2 => Unsafe.BitCast<ushort, T>((ushort)bits),
        4 => Unsafe.BitCast<uint, T>((uint)bits),
        _ => Unsafe.BitCast<ulong, T>(bits),
    };
}
