using Emulator.Cpu.FloatingPoint;

namespace Emulator.Tests.Cpu.FloatingPoint;

/// <summary>What floating point is by definition: the numbers of a format in their order, and the two next to an exact result.</summary>
internal static class NaiveFloat
{
    /// <summary>A number's exact value. Infinity counts as the power of two behind the greatest number.</summary>
    public static Rational ValueOf<T>(ulong bits)
        where T : unmanaged
    {
        int code = (int)(bits >> FpFormat<T>.FractionBits) & FpFormat<T>.MaximumExponentCode;
        ulong fraction = bits & FpFormat<T>.FractionMask;
        ulong significand = code == 0 ? fraction : fraction + FpFormat<T>.FractionMask + 1;
        Rational magnitude = Rational.Scale(significand, Math.Max(code, 1) - 1 + FpFormat<T>.MinimumExponent - FpFormat<T>.FractionBits);
        return (bits & FpFormat<T>.SignBit) != 0 ? -magnitude : magnitude;
    }

    /// <summary>Rounds an exact number that is not zero.</summary>
    public static (ulong Bits, FpExceptions Raised) Round<T>(Rational exact, FpRounding rounding, bool flushToZero)
        where T : unmanaged => Round<T>(exact.Sign < 0, candidate => candidate.CompareTo(exact.Magnitude), rounding, flushToZero);

    /// <summary>Rounds a number that is not zero.</summary>
    /// <param name="sign">Its sign.</param>
    /// <param name="compare">How another number compares with its magnitude.</param>
    /// <param name="rounding">The mode.</param>
    /// <param name="flushToZero">FPCR.FZ.</param>
    public static (ulong Bits, FpExceptions Raised) Round<T>(bool sign, Func<Rational, int> compare, FpRounding rounding, bool flushToZero)
        where T : unmanaged
    {
        ulong infinity = FpFormat<T>.Infinity(false);
        bool tiny = compare(ValueOf<T>(1UL << FpFormat<T>.FractionBits)) > 0;
        if (tiny && flushToZero)
        {
            return (FpFormat<T>.Zero(sign), FpExceptions.Underflow);
        }

        // The greatest number that is not greater.
        ulong lower = 0;
        ulong beyond = infinity;
        while (beyond - lower > 1)
        {
            ulong middle = (lower + beyond) / 2;
            if (compare(ValueOf<T>(middle)) <= 0)
            {
                lower = middle;
            }
            else
            {
                beyond = middle;
            }
        }

        if (compare(ValueOf<T>(lower)) == 0)
        {
            return (FpFormat<T>.Zero(sign) | lower, FpExceptions.None);
        }

        int tie = compare((ValueOf<T>(lower) + ValueOf<T>(lower + 1)) * new Rational(1, 2));
        bool up = rounding switch
        {
            FpRounding.TieToEven => tie < 0 || (tie == 0 && (lower & 1) != 0),
            FpRounding.TowardPlusInfinity => !sign,
            FpRounding.TowardMinusInfinity => sign,
            FpRounding.ToOdd => (lower & 1) == 0,
            _ => false,
        };
        FpExceptions raised = FpExceptions.Inexact | (tiny ? FpExceptions.Underflow : FpExceptions.None);
        if (compare(ValueOf<T>(infinity)) <= 0 || (up && lower + 1 == infinity && rounding != FpRounding.ToOdd))
        {
            bool stays = rounding is FpRounding.TowardZero or FpRounding.ToOdd
                || rounding == (sign ? FpRounding.TowardPlusInfinity : FpRounding.TowardMinusInfinity);
            return (stays ? FpFormat<T>.MaximumNormal(sign) : FpFormat<T>.Infinity(sign), raised | FpExceptions.Overflow);
        }

        return (FpFormat<T>.Zero(sign) | (up ? lower + 1 : lower), raised);
    }
}
