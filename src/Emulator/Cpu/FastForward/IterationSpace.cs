namespace Emulator.Cpu.FastForward;

/// <summary>
/// The iterations that are reasoned about: those of an outermost loop, of which there may be any number, and in each of them a known number of iterations of
/// the loops within it. Bounds are numbers of iterations of the outermost loop, counted from its first.
/// </summary>
internal sealed class IterationSpace
{
    /// <summary>Larger than every number that is computed with, and small enough that sums of a few do not overflow.</summary>
    public static readonly WideInteger Infinity = WideInteger.One << 122;

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
    public long Bound(WideInteger start, in Slopes slopes, WideInteger low, WideInteger high)
    {
        WideInteger smallest = start;
        WideInteger largest = start;
        for (int dimension = 1; dimension <= Innermost; dimension++)
        {
            if (!TryMultiply(slopes[dimension], _counts[dimension] - 1, out WideInteger span))
            {
                return 0;
            }

            smallest += WideInteger.Min(span, 0);
            largest += WideInteger.Max(span, 0);
        }

        if (smallest < low || largest > high)
        {
            return 0;
        }

        WideInteger slope = slopes.Outer;
        if (slope == 0)
        {
            return long.MaxValue;
        }

        WideInteger more = slope > 0 ? (high - largest) / slope : (smallest - low) / -slope;
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

        WideInteger numerator = value.Numerator & ((WideInteger.One << bits) - 1);
        return Within(value with { Numerator = numerator, Slopes = SignExtended(value.Slopes, bits) }, 0, (WideInteger.One << bits) - 1);
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

        WideInteger half = WideInteger.One << (bits - 1);
        if (value.Divisor != 1)
        {
            return value.Divisor.BitLength + bits > LargestBits ? LoopValue.Opaque : Within(value, -half * value.Divisor, (half * value.Divisor) - 1);
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
        WideInteger divisor = quotient.Divisor;
        WideInteger signed = (long)(ulong)other.Numerator;
        return TryMultiply(signed, divisor, out WideInteger numerator) && TryScale(other.Slopes, divisor, out Slopes slopes)
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
            (ulong)value.Numerator * by,
            value.Slopes.Select(s => (ulong)s * by),
            Math.Min(value.Iterations, factor.Iterations));
    }

    /// <summary>A number, as <see cref="AsUnsigned"/> or <see cref="AsSigned"/> gives it, divided by a constant, rounded down.</summary>
    public static LoopValue Divide(in LoopValue number, WideInteger divisor) =>
        !number.IsOpaque && TryMultiply(number.Divisor, divisor, out WideInteger product) ? Make(number.Numerator, product, number.Slopes, number.Iterations) : LoopValue.Opaque;

    /// <summary>High half of the product of an unsigned number and a constant.</summary>
    public static LoopValue MultiplyHigh(in LoopValue number, ulong factor)
    {
        if (number.IsOpaque || !TryMultiply(number.Numerator, factor, out WideInteger numerator) || !TryScale(number.Slopes, factor, out Slopes slopes))
        {
            return LoopValue.Opaque;
        }

        return TryMultiply(number.Divisor, WideInteger.One << 64, out WideInteger divisor) ? Make(numerator, divisor, slopes, number.Iterations) : LoopValue.Opaque;
    }

    /// <summary>
    /// The sign of left - right for two numbers, as <see cref="AsUnsigned"/> or <see cref="AsSigned"/> gives them, as that of one number that grows evenly: not negative when left
    /// is at least right (or more than right, when strict).
    /// </summary>
    /// <returns>False when there is no such number.</returns>
    public static bool TryCompare(in LoopValue left, in LoopValue right, bool strict, out WideInteger number, out Slopes slopes)
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
            WideInteger least = right.Numerator + (strict ? 1 : 0);
            if (!TryMultiply(least, left.Divisor, out WideInteger threshold) || !TryScale(right.Slopes, left.Divisor, out Slopes moving))
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
        WideInteger most = left.Numerator + (strict ? 0 : 1);
        if (!TryMultiply(most, right.Divisor, out WideInteger product) || !TryScale(left.Slopes, right.Divisor, out Slopes scaled))
        {
            return false;
        }

        number = product - right.Numerator - 1;
        slopes = scaled + -right.Slopes;
        return true;
    }

    private LoopValue Within(in LoopValue value, WideInteger low, WideInteger high)
    {
        long iterations = Math.Min(value.Iterations, Bound(value.Numerator, value.Slopes, low, high));
        return iterations > 0 ? value with { Iterations = iterations } : LoopValue.Opaque;
    }

    private static LoopValue Masked(in LoopValue value, int bits) =>
        bits == 64 ? value : value with { Numerator = value.Numerator & ((WideInteger.One << bits) - 1) };

    private static WideInteger Highest(WideInteger divisor, int bits) =>
        divisor.BitLength + bits > LargestBits ? (WideInteger.One << LargestBits) - 1 : (divisor << bits) - 1;

    private static LoopValue Make(WideInteger numerator, WideInteger divisor, in Slopes slopes, long iterations)
    {
        if (divisor == 1 || slopes.AreZero)
        {
            return LoopValue.Affine(LoopValue.Floor(numerator, divisor), slopes, iterations);
        }

        bool fits = numerator.BitLength <= LargestBits && slopes.Outer.BitLength <= LargestBits && slopes.Middle.BitLength <= LargestBits && slopes.Inner.BitLength <= LargestBits;
        return fits ? new LoopValue(numerator, divisor, slopes, iterations) : LoopValue.Opaque;
    }

    private static bool TryScale(in Slopes slopes, WideInteger factor, out Slopes scaled)
    {
        bool fits = TryMultiply(slopes.Outer, factor, out WideInteger outer);
        fits &= TryMultiply(slopes.Middle, factor, out WideInteger middle);
        fits &= TryMultiply(slopes.Inner, factor, out WideInteger inner);
        scaled = new Slopes(outer, middle, inner);
        return fits;
    }

    private static bool TryMultiply(WideInteger left, WideInteger right, out WideInteger product)
    {
        bool fits = left.BitLength + right.BitLength <= LargestBits;
        product = fits ? left * right : 0;
        return fits;
    }

        private static WideInteger SignExtended(WideInteger value, int bits) => value << (WideInteger.Bits - bits) >> (WideInteger.Bits - bits);

    private static Slopes SignExtended(in Slopes slopes, int bits) => slopes.Select(s => SignExtended(s, bits));
}
