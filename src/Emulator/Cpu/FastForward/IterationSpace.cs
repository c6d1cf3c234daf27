namespace Emulator.Cpu.FastForward;

/// <summary>
/// The iterations that are reasoned about: those of an outermost loop, of which there may be any number, and in each of them a known number of iterations of
/// the loops within it. Bounds are numbers of iterations of the outermost loop, counted from its first.
/// </summary>
internal sealed class IterationSpace
{
    /// <summary>Larger than every number that is computed with, and small enough that sums of a few do not overflow.</summary>
    public static readonly Int128 Infinity = Int128.One << 122;

    private const int LargestBits = 118;

    private readonly long[] _counts = new long[Slopes.Dimensions];

    /// <summary>The innermost dimension at present; 0 is the outermost.</summary>
    public int Innermost { get; private set; }

    /// <summary>Enters a loop within the present one.</summary>
    /// <param name="count">Its iterations.</param>
    /// <returns>False when loops are nested too deeply.</returns>
    public bool TryEnter(long count)
    {
        if (Innermost == Slopes.Dimensions - 1)
        {
            return false;
        }

        _counts[++Innermost] = count;
        return true;
    }

    /// <summary>Leaves the innermost loop.</summary>
    public void Leave() => Innermost--;

    /// <summary>In how many iterations a number that grows evenly stays within a range, in all iterations of the inner loops.</summary>
    /// <param name="start">The number in the first.</param>
    /// <param name="slopes">How it grows.</param>
    /// <param name="low">The smallest it may be.</param>
    /// <param name="high">The largest it may be.</param>
    public long Bound(Int128 start, in Slopes slopes, Int128 low, Int128 high)
    {
        Int128 smallest = start;
        Int128 largest = start;
        for (int dimension = 1; dimension <= Innermost; dimension++)
        {
            if (!TryMultiply(slopes[dimension], _counts[dimension] - 1, out Int128 span))
            {
                return 0;
            }

            smallest += Int128.Min(span, 0);
            largest += Int128.Max(span, 0);
        }

        if (smallest < low || largest > high)
        {
            return 0;
        }

        Int128 slope = slopes.Outer;
        if (slope == 0)
        {
            return long.MaxValue;
        }

        Int128 more = slope > 0 ? (high - largest) / slope : (smallest - low) / -slope;
        return more >= long.MaxValue ? long.MaxValue : (long)more + 1;
    }

    /// <summary>The low bits of a value as an unsigned number, which does not wrap within the bound of the result.</summary>
    /// <param name="value">The value.</param>
    /// <param name="bits">1 to 64.</param>
    public LoopValue AsUnsigned(in LoopValue value, int bits)
    {
        if (value.IsOpaque)
        {
            return value;
        }

        if (value.Divisor != 1)
        {
            return Within(value, 0, Highest(value.Divisor, bits));
        }

        Int128 numerator = value.Numerator & ((Int128.One << bits) - 1);
        return Within(value with { Numerator = numerator, Slopes = SignExtended(value.Slopes, bits) }, 0, (Int128.One << bits) - 1);
    }

    /// <summary>The low bits of a value as a signed number, which does not wrap within the bound of the result.</summary>
    /// <param name="value">The value.</param>
    /// <param name="bits">1 to 64.</param>
    public LoopValue AsSigned(in LoopValue value, int bits)
    {
        if (value.IsOpaque)
        {
            return value;
        }

        Int128 half = Int128.One << (bits - 1);
        if (value.Divisor != 1)
        {
            return BitLength(value.Divisor) + bits > LargestBits ? LoopValue.Opaque : Within(value, -half * value.Divisor, (half * value.Divisor) - 1);
        }

        return Within(value with { Numerator = SignExtended(value.Numerator, bits), Slopes = SignExtended(value.Slopes, bits) }, -half, half - 1);
    }

    /// <summary>The low bits of a value, with zeros above, as a register or memory holds it.</summary>
    public LoopValue Truncate(in LoopValue value, int bits) => bits == 64 || value.IsConstant ? Masked(value, bits) : AsUnsigned(value, bits);

    /// <summary>The low bits of a value, with copies of their sign above.</summary>
    public LoopValue SignExtend(in LoopValue value, int bits)
    {
        LoopValue number = AsSigned(value, bits);
        return number.Divisor == 1 ? LoopValue.Affine(number.Numerator, number.Slopes, number.Iterations) : number;
    }

    /// <summary>Sum of two values.</summary>
    public static LoopValue Add(in LoopValue left, in LoopValue right)
    {
        if (left.IsOpaque || right.IsOpaque || (left.Divisor != 1 && right.Divisor != 1))
        {
            return LoopValue.Opaque;
        }

        long iterations = Math.Min(left.Iterations, right.Iterations);
        if (left.Divisor == 1 && right.Divisor == 1)
        {
            return LoopValue.Affine(left.Numerator + right.Numerator, left.Slopes + right.Slopes, iterations);
        }

        // floor(x / d) + y is floor((x + d * y) / d), whatever multiple of 2^64 is taken from y.
        (LoopValue quotient, LoopValue other) = left.Divisor == 1 ? (right, left) : (left, right);
        Int128 divisor = quotient.Divisor;
        Int128 signed = (long)(ulong)(UInt128)other.Numerator;
        return TryMultiply(signed, divisor, out Int128 numerator) && TryScale(other.Slopes, divisor, out Slopes slopes)
            ? Make(quotient.Numerator + numerator, divisor, quotient.Slopes + slopes, iterations)
            : LoopValue.Opaque;
    }

    /// <summary>Two's complement.</summary>
    public static LoopValue Negate(in LoopValue value) => value.IsOpaque ? value
        : value.Divisor == 1 ? LoopValue.Affine(-value.Numerator, -value.Slopes, value.Iterations)
        : value with { Numerator = value.Divisor - 1 - value.Numerator, Slopes = -value.Slopes };

    /// <summary>Difference of two values.</summary>
    public static LoopValue Subtract(in LoopValue left, in LoopValue right) => Add(left, Negate(right));

    /// <summary>Product of two values, of which one must be constant.</summary>
    public static LoopValue Multiply(in LoopValue left, in LoopValue right)
    {
        (LoopValue value, LoopValue factor) = left.IsConstant ? (right, left) : (left, right);
        if (!factor.IsConstant || value.Divisor != 1)
        {
            return factor.IsConstant && factor.First == 1 ? value : LoopValue.Opaque;
        }

        ulong by = factor.First;
        return LoopValue.Affine(
            (ulong)(UInt128)value.Numerator * by,
            value.Slopes.Select(s => (ulong)(UInt128)s * by),
            Math.Min(value.Iterations, factor.Iterations));
    }

    /// <summary>A number, as <see cref="AsUnsigned"/> or <see cref="AsSigned"/> gives it, divided by a constant, rounded down.</summary>
    public static LoopValue Divide(in LoopValue number, Int128 divisor) =>
        !number.IsOpaque && TryMultiply(number.Divisor, divisor, out Int128 product) ? Make(number.Numerator, product, number.Slopes, number.Iterations) : LoopValue.Opaque;

    /// <summary>High half of the product of an unsigned number and a constant.</summary>
    public static LoopValue MultiplyHigh(in LoopValue number, ulong factor)
    {
        if (number.IsOpaque || !TryMultiply(number.Numerator, factor, out Int128 numerator) || !TryScale(number.Slopes, factor, out Slopes slopes))
        {
            return LoopValue.Opaque;
        }

        return TryMultiply(number.Divisor, Int128.One << 64, out Int128 divisor) ? Make(numerator, divisor, slopes, number.Iterations) : LoopValue.Opaque;
    }

    /// <summary>
    /// The sign of left - right for two numbers, as <see cref="AsUnsigned"/> or <see cref="AsSigned"/> gives them, as that of one number that grows evenly: not negative when left
    /// is at least right (or more than right, when strict).
    /// </summary>
    /// <returns>False when there is no such number.</returns>
    public static bool TryCompare(in LoopValue left, in LoopValue right, bool strict, out Int128 number, out Slopes slopes)
    {
        number = 0;
        slopes = default;
        if (left.IsOpaque || right.IsOpaque)
        {
            return false;
        }

        if (right.Divisor == 1)
        {
            // floor(x / d) >= y is x >= d * y.
            Int128 least = right.Numerator + (strict ? 1 : 0);
            if (!TryMultiply(least, left.Divisor, out Int128 threshold) || !TryScale(right.Slopes, left.Divisor, out Slopes moving))
            {
                return false;
            }

            number = left.Numerator - threshold;
            slopes = left.Slopes + -moving;
            return true;
        }

        if (left.Divisor != 1)
        {
            return false;
        }

        // x >= floor(y / d) is d * (x + 1) > y.
        Int128 most = left.Numerator + (strict ? 0 : 1);
        if (!TryMultiply(most, right.Divisor, out Int128 product) || !TryScale(left.Slopes, right.Divisor, out Slopes scaled))
        {
            return false;
        }

        number = product - right.Numerator - 1;
        slopes = scaled + -right.Slopes;
        return true;
    }

    private LoopValue Within(in LoopValue value, Int128 low, Int128 high)
    {
        long iterations = Math.Min(value.Iterations, Bound(value.Numerator, value.Slopes, low, high));
        return iterations > 0 ? value with { Iterations = iterations } : LoopValue.Opaque;
    }

    private static LoopValue Masked(in LoopValue value, int bits) =>
        bits == 64 ? value : value with { Numerator = value.Numerator & ((Int128.One << bits) - 1) };

    private static Int128 Highest(Int128 divisor, int bits) =>
        BitLength(divisor) + bits > LargestBits ? (Int128.One << LargestBits) - 1 : (divisor << bits) - 1;

    private static LoopValue Make(Int128 numerator, Int128 divisor, in Slopes slopes, long iterations)
    {
        if (divisor == 1 || slopes.AreZero)
        {
            return LoopValue.Affine(LoopValue.Floor(numerator, divisor), slopes, iterations);
        }

        bool fits = BitLength(numerator) <= LargestBits && BitLength(slopes.Outer) <= LargestBits && BitLength(slopes.Middle) <= LargestBits && BitLength(slopes.Inner) <= LargestBits;
        return fits ? new LoopValue(numerator, divisor, slopes, iterations) : LoopValue.Opaque;
    }

    private static bool TryScale(in Slopes slopes, Int128 factor, out Slopes scaled)
    {
        bool fits = TryMultiply(slopes.Outer, factor, out Int128 outer);
        fits &= TryMultiply(slopes.Middle, factor, out Int128 middle);
        fits &= TryMultiply(slopes.Inner, factor, out Int128 inner);
        scaled = new Slopes(outer, middle, inner);
        return fits;
    }

    private static bool TryMultiply(Int128 left, Int128 right, out Int128 product)
    {
        bool fits = BitLength(left) + BitLength(right) <= LargestBits;
        product = fits ? left * right : 0;
        return fits;
    }

    private static int BitLength(Int128 value) => 128 - (int)Int128.LeadingZeroCount(Int128.Abs(value));

    private static Int128 SignExtended(Int128 value, int bits) => value << (128 - bits) >> (128 - bits);

    private static Slopes SignExtended(in Slopes slopes, int bits) => slopes.Select(s => SignExtended(s, bits));
}
