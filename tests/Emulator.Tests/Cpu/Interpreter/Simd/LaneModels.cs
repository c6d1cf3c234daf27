using System.Numerics;
using Emulator.Cpu.Isa;

namespace Emulator.Tests.Cpu.Interpreter.Simd;

/// <summary>Integer SIMD instructions as formulas over one element.</summary>
internal static class LaneModels
{
    private static readonly BigInteger Ones = -1;

    /// <summary>Three registers whose elements are of one width.</summary>
    public static IEnumerable<LaneModel> ThreeSame { get; } =
    [
        new(A64Opcode.AddVector, false, Fit.Wrap, (d, n, m, w) => n + m),
        new(A64Opcode.SubtractVector, false, Fit.Wrap, (d, n, m, w) => n - m),
        new(A64Opcode.MultiplyVector, false, Fit.Wrap, (d, n, m, w) => n * m),
        new(A64Opcode.MultiplyAddVector, false, Fit.Wrap, (d, n, m, w) => d + (n * m)),
        new(A64Opcode.MultiplySubtractVector, false, Fit.Wrap, (d, n, m, w) => d - (n * m)),
        new(A64Opcode.SignedHalvingAddVector, true, Fit.Wrap, (d, n, m, w) => (n + m) >> 1),
        new(A64Opcode.UnsignedHalvingAddVector, false, Fit.Wrap, (d, n, m, w) => (n + m) >> 1),
        new(A64Opcode.SignedRoundingHalvingAddVector, true, Fit.Wrap, (d, n, m, w) => (n + m + 1) >> 1),
        new(A64Opcode.UnsignedRoundingHalvingAddVector, false, Fit.Wrap, (d, n, m, w) => (n + m + 1) >> 1),
        new(A64Opcode.SignedHalvingSubtractVector, true, Fit.Wrap, (d, n, m, w) => (n - m) >> 1),
        new(A64Opcode.UnsignedHalvingSubtractVector, false, Fit.Wrap, (d, n, m, w) => (n - m) >> 1),
        new(A64Opcode.SignedMaximumVector, true, Fit.Wrap, (d, n, m, w) => BigInteger.Max(n, m)),
        new(A64Opcode.UnsignedMaximumVector, false, Fit.Wrap, (d, n, m, w) => BigInteger.Max(n, m)),
        new(A64Opcode.SignedMinimumVector, true, Fit.Wrap, (d, n, m, w) => BigInteger.Min(n, m)),
        new(A64Opcode.UnsignedMinimumVector, false, Fit.Wrap, (d, n, m, w) => BigInteger.Min(n, m)),
        new(A64Opcode.SignedAbsoluteDifferenceVector, true, Fit.Wrap, (d, n, m, w) => BigInteger.Abs(n - m)),
        new(A64Opcode.UnsignedAbsoluteDifferenceVector, false, Fit.Wrap, (d, n, m, w) => BigInteger.Abs(n - m)),
        new(A64Opcode.SignedAbsoluteDifferenceAccumulateVector, true, Fit.Wrap, (d, n, m, w) => d + BigInteger.Abs(n - m)),
        new(A64Opcode.UnsignedAbsoluteDifferenceAccumulateVector, false, Fit.Wrap, (d, n, m, w) => d + BigInteger.Abs(n - m)),
        new(A64Opcode.CompareSignedGreaterThanVector, true, Fit.Wrap, (d, n, m, w) => n > m ? Ones : 0),
        new(A64Opcode.CompareUnsignedHigherVector, false, Fit.Wrap, (d, n, m, w) => n > m ? Ones : 0),
        new(A64Opcode.CompareSignedGreaterOrEqualVector, true, Fit.Wrap, (d, n, m, w) => n >= m ? Ones : 0),
        new(A64Opcode.CompareUnsignedHigherOrSameVector, false, Fit.Wrap, (d, n, m, w) => n >= m ? Ones : 0),
        new(A64Opcode.CompareEqualVector, false, Fit.Wrap, (d, n, m, w) => n == m ? Ones : 0),
        new(A64Opcode.CompareTestBitsVector, false, Fit.Wrap, (d, n, m, w) => (n & m) != 0 ? Ones : 0),
        new(A64Opcode.SignedSaturatingAddVector, true, Fit.Signed, (d, n, m, w) => n + m),
        new(A64Opcode.UnsignedSaturatingAddVector, false, Fit.Unsigned, (d, n, m, w) => n + m),
        new(A64Opcode.SignedSaturatingSubtractVector, true, Fit.Signed, (d, n, m, w) => n - m),
        new(A64Opcode.UnsignedSaturatingSubtractVector, false, Fit.Unsigned, (d, n, m, w) => n - m),
        new(A64Opcode.SignedShiftLeftByRegisterVector, true, Fit.Wrap, (d, n, m, w) => Shift(n, m)),
        new(A64Opcode.UnsignedShiftLeftByRegisterVector, false, Fit.Wrap, (d, n, m, w) => Shift(n, m)),
        new(A64Opcode.SignedRoundingShiftLeftByRegisterVector, true, Fit.Wrap, (d, n, m, w) => Shift(n, m, rounding: true)),
        new(A64Opcode.UnsignedRoundingShiftLeftByRegisterVector, false, Fit.Wrap, (d, n, m, w) => Shift(n, m, rounding: true)),
        new(A64Opcode.SignedSaturatingShiftLeftByRegisterVector, true, Fit.Signed, (d, n, m, w) => Shift(n, m)),
        new(A64Opcode.UnsignedSaturatingShiftLeftByRegisterVector, false, Fit.Unsigned, (d, n, m, w) => Shift(n, m)),
        new(A64Opcode.SignedSaturatingRoundingShiftLeftByRegisterVector, true, Fit.Signed, (d, n, m, w) => Shift(n, m, rounding: true)),
        new(A64Opcode.UnsignedSaturatingRoundingShiftLeftByRegisterVector, false, Fit.Unsigned, (d, n, m, w) => Shift(n, m, rounding: true)),
        new(A64Opcode.SignedSaturatingDoublingMultiplyHighVector, true, Fit.Signed, (d, n, m, w) => (2 * n * m) >> w),
        new(A64Opcode.SignedSaturatingRoundingDoublingMultiplyHighVector, true, Fit.Signed, (d, n, m, w) => ((2 * n * m) + (BigInteger.One << (w - 1))) >> w),
        new(A64Opcode.PolynomialMultiplyVector, false, Fit.Wrap, (d, n, m, w) => CarrylessProduct(n, m)),
    ];

    /// <summary>Two registers whose elements are of one width.</summary>
    public static IEnumerable<LaneModel> TwoSame { get; } =
    [
        new(A64Opcode.AbsoluteVector, true, Fit.Wrap, (d, n, m, w) => BigInteger.Abs(n)),
        new(A64Opcode.NegateVector, true, Fit.Wrap, (d, n, m, w) => -n),
        new(A64Opcode.SignedSaturatingAbsoluteVector, true, Fit.Signed, (d, n, m, w) => BigInteger.Abs(n)),
        new(A64Opcode.SignedSaturatingNegateVector, true, Fit.Signed, (d, n, m, w) => -n),
        new(A64Opcode.CompareSignedGreaterThanZeroVector, true, Fit.Wrap, (d, n, m, w) => n > 0 ? Ones : 0),
        new(A64Opcode.CompareSignedGreaterOrEqualZeroVector, true, Fit.Wrap, (d, n, m, w) => n >= 0 ? Ones : 0),
        new(A64Opcode.CompareEqualZeroVector, true, Fit.Wrap, (d, n, m, w) => n == 0 ? Ones : 0),
        new(A64Opcode.CompareSignedLessOrEqualZeroVector, true, Fit.Wrap, (d, n, m, w) => n <= 0 ? Ones : 0),
        new(A64Opcode.CompareSignedLessThanZeroVector, true, Fit.Wrap, (d, n, m, w) => n < 0 ? Ones : 0),
        new(A64Opcode.CountLeadingZerosVector, false, Fit.Wrap, (d, n, m, w) => w - (long)n.GetBitLength()),
        new(A64Opcode.CountLeadingSignBitsVector, true, Fit.Wrap, (d, n, m, w) => w - 1 - (long)n.GetBitLength()),
        new(A64Opcode.PopulationCountVector, false, Fit.Wrap, (d, n, m, w) => BitOperations.PopCount((ulong)n)),
        new(A64Opcode.SignedSaturatingAccumulateOfUnsignedVector, false, Fit.Signed, (d, n, m, w) => Signed(d, w) + n),
        new(A64Opcode.UnsignedSaturatingAccumulateOfSignedVector, false, Fit.Unsigned, (d, n, m, w) => d + Signed(n, w)),
    ];

    /// <summary>Shifts by an immediate; the amount is the last argument.</summary>
    public static IEnumerable<LaneModel> RightShifts { get; } =
    [
        new(A64Opcode.SignedShiftRightVector, true, Fit.Wrap, (d, n, m, s) => n >> s),
        new(A64Opcode.UnsignedShiftRightVector, false, Fit.Wrap, (d, n, m, s) => n >> s),
        new(A64Opcode.SignedShiftRightAccumulateVector, true, Fit.Wrap, (d, n, m, s) => d + (n >> s)),
        new(A64Opcode.UnsignedShiftRightAccumulateVector, false, Fit.Wrap, (d, n, m, s) => d + (n >> s)),
        new(A64Opcode.SignedRoundingShiftRightVector, true, Fit.Wrap, (d, n, m, s) => Rounded(n, s)),
        new(A64Opcode.UnsignedRoundingShiftRightVector, false, Fit.Wrap, (d, n, m, s) => Rounded(n, s)),
        new(A64Opcode.SignedRoundingShiftRightAccumulateVector, true, Fit.Wrap, (d, n, m, s) => d + Rounded(n, s)),
        new(A64Opcode.UnsignedRoundingShiftRightAccumulateVector, false, Fit.Wrap, (d, n, m, s) => d + Rounded(n, s)),
    ];

    /// <summary>Shifts to the left by an immediate; the amount is the last argument.</summary>
    public static IEnumerable<LaneModel> LeftShifts { get; } =
    [
        new(A64Opcode.ShiftLeftVector, false, Fit.Wrap, (d, n, m, s) => n << s),
        new(A64Opcode.ShiftLeftInsertVector, false, Fit.Wrap, (d, n, m, s) => (n << s) | (d & ((BigInteger.One << s) - 1))),
        new(A64Opcode.SignedSaturatingShiftLeftVector, true, Fit.Signed, (d, n, m, s) => n << s),
        new(A64Opcode.UnsignedSaturatingShiftLeftVector, false, Fit.Unsigned, (d, n, m, s) => n << s),
        new(A64Opcode.SignedSaturatingShiftLeftUnsignedVector, true, Fit.Unsigned, (d, n, m, s) => n << s),
    ];

    /// <summary>Instructions whose result has elements twice as wide, all of it computed there.</summary>
    public static IEnumerable<LaneModel> Long { get; } =
    [
        new(A64Opcode.SignedAddLong, true, Fit.Wrap, (d, n, m, w) => n + m),
        new(A64Opcode.UnsignedAddLong, false, Fit.Wrap, (d, n, m, w) => n + m),
        new(A64Opcode.SignedSubtractLong, true, Fit.Wrap, (d, n, m, w) => n - m),
        new(A64Opcode.UnsignedSubtractLong, false, Fit.Wrap, (d, n, m, w) => n - m),
        new(A64Opcode.SignedAbsoluteDifferenceLong, true, Fit.Wrap, (d, n, m, w) => BigInteger.Abs(n - m)),
        new(A64Opcode.UnsignedAbsoluteDifferenceLong, false, Fit.Wrap, (d, n, m, w) => BigInteger.Abs(n - m)),
        new(A64Opcode.SignedAbsoluteDifferenceAccumulateLong, true, Fit.Wrap, (d, n, m, w) => d + BigInteger.Abs(n - m)),
        new(A64Opcode.UnsignedAbsoluteDifferenceAccumulateLong, false, Fit.Wrap, (d, n, m, w) => d + BigInteger.Abs(n - m)),
        new(A64Opcode.SignedMultiplyLongVector, true, Fit.Wrap, (d, n, m, w) => n * m),
        new(A64Opcode.UnsignedMultiplyLongVector, false, Fit.Wrap, (d, n, m, w) => n * m),
        new(A64Opcode.SignedMultiplyAddLongVector, true, Fit.Wrap, (d, n, m, w) => d + (n * m)),
        new(A64Opcode.UnsignedMultiplyAddLongVector, false, Fit.Wrap, (d, n, m, w) => d + (n * m)),
        new(A64Opcode.SignedMultiplySubtractLongVector, true, Fit.Wrap, (d, n, m, w) => d - (n * m)),
        new(A64Opcode.UnsignedMultiplySubtractLongVector, false, Fit.Wrap, (d, n, m, w) => d - (n * m)),
        new(A64Opcode.SignedSaturatingDoublingMultiplyLongVector, true, Fit.Signed, (d, n, m, w) => 2 * n * m),
        new(A64Opcode.SignedSaturatingDoublingMultiplyAddLongVector, true, Fit.Signed, (d, n, m, w) => d + Limited(2 * n * m, 2 * w)) { SaturatesBefore = OverflowsDoubled },
        new(A64Opcode.SignedSaturatingDoublingMultiplySubtractLongVector, true, Fit.Signed, (d, n, m, w) => d - Limited(2 * n * m, 2 * w)) { SaturatesBefore = OverflowsDoubled },
    ];

    /// <summary>Instructions whose result has elements half as wide. The amount of a shift or the narrow width is the last argument.</summary>
    public static IEnumerable<LaneModel> NarrowingShifts { get; } =
    [
        new(A64Opcode.ShiftRightNarrow, false, Fit.Wrap, (d, n, m, s) => n >> s),
        new(A64Opcode.RoundingShiftRightNarrow, false, Fit.Wrap, (d, n, m, s) => Rounded(n, s)),
        new(A64Opcode.SignedSaturatingShiftRightNarrowVector, true, Fit.Signed, (d, n, m, s) => n >> s),
        new(A64Opcode.UnsignedSaturatingShiftRightNarrowVector, false, Fit.Unsigned, (d, n, m, s) => n >> s),
        new(A64Opcode.SignedSaturatingShiftRightUnsignedNarrowVector, true, Fit.Unsigned, (d, n, m, s) => n >> s),
        new(A64Opcode.SignedSaturatingRoundingShiftRightNarrowVector, true, Fit.Signed, (d, n, m, s) => Rounded(n, s)),
        new(A64Opcode.UnsignedSaturatingRoundingShiftRightNarrowVector, false, Fit.Unsigned, (d, n, m, s) => Rounded(n, s)),
        new(A64Opcode.SignedSaturatingRoundingShiftRightUnsignedNarrowVector, true, Fit.Unsigned, (d, n, m, s) => Rounded(n, s)),
    ];

    /// <summary>The least and the greatest number of a kind.</summary>
    public static (BigInteger Least, BigInteger Greatest) Limits(Fit fit, int width) => fit == Fit.Unsigned
        ? (0, (BigInteger.One << width) - 1)
        : (-(BigInteger.One << (width - 1)), (BigInteger.One << (width - 1)) - 1);

    /// <summary>The low bits as a signed number.</summary>
    public static BigInteger Signed(BigInteger value, int width)
    {
        BigInteger low = value & ((BigInteger.One << width) - 1);
        return low >> (width - 1) == 1 ? low - (BigInteger.One << width) : low;
    }

    private static BigInteger Limited(BigInteger value, int width)
    {
        (BigInteger least, BigInteger greatest) = Limits(Fit.Signed, width);
        return BigInteger.Max(least, BigInteger.Min(greatest, value));
    }

    private static bool OverflowsDoubled(BigInteger left, BigInteger right, int width) => (2 * left * right) >> ((2 * width) - 1) == 1;

    private static BigInteger Rounded(BigInteger value, int shift) => (value + (BigInteger.One << (shift - 1))) >> shift;

    private static BigInteger Shift(BigInteger value, BigInteger amount, bool rounding = false)
    {
        int shift = (int)Signed(amount, 8);
        return shift >= 0 ? value << shift : rounding ? Rounded(value, -shift) : value >> -shift;
    }

    private static BigInteger CarrylessProduct(BigInteger left, BigInteger right)
    {
        BigInteger product = 0;
        for (int i = 0; i < 8; i++)
        {
            product ^= ((right >> i) & 1) * (left << i);
        }

        return product;
    }
}
