using System.Numerics;

namespace Emulator.Cpu.FloatingPoint;

/// <summary>
/// Floating point as the Arm ARM's shared pseudocode defines it, by integer arithmetic: each rounding mode, flag and NaN. Operands and
/// results are raw bits of the format T. It is the truth; handlers let the host compute where that is known to give the same.
/// </summary>
internal static unsafe partial class SoftFloat
{
    // What lies below the last bit that is kept, compared with half of that bit.
    private enum Residue
    {
        Zero,
        BelowHalf,
        Half,
        AboveHalf,
    }

    /// <summary>FPUnpack.</summary>
    /// <param name="context">Gives FZ.</param>
    /// <param name="bits">The operand.</param>
    public static FpValue Unpack<T>(ref FpContext context, ulong bits)
        where T : unmanaged
    {
        bool sign = (bits & FpFormat<T>.SignBit) != 0;
        int code = (int)(bits >> FpFormat<T>.FractionBits) & FpFormat<T>.MaximumExponentCode;
        ulong fraction = bits & FpFormat<T>.FractionMask;
        if (code == FpFormat<T>.MaximumExponentCode && !IsAlternativeHalf<T>(context))
        {
            FpClass special = fraction == 0 ? FpClass.Infinity
                : (fraction & FpFormat<T>.QuietBit) != 0 ? FpClass.QuietNaN : FpClass.SignalingNaN;
            return new FpValue(special, sign);
        }

        if (code != 0)
        {
            ulong significand = (fraction << (63 - FpFormat<T>.FractionBits)) | (1UL << 63);
            return new FpValue(FpClass.Nonzero, sign, code - 1 + FpFormat<T>.MinimumExponent, significand);
        }

        if (fraction == 0)
        {
            return new FpValue(FpClass.Zero, sign);
        }

        if (FlushesToZero<T>(context))
        {
            context.Raise(typeof(T) == typeof(Half) ? FpExceptions.None : FpExceptions.InputDenormal);
            return new FpValue(FpClass.Zero, sign);
        }

        int shift = BitOperations.LeadingZeroCount(fraction);
        int exponent = FpFormat<T>.MinimumExponent + 63 - FpFormat<T>.FractionBits - shift;
        return new FpValue(FpClass.Nonzero, sign, exponent, fraction << shift);
    }

    /// <summary>FPRound of significand * 2^(exponent - 63), with FPCR's rounding mode.</summary>
    public static ulong Round<T>(ref FpContext context, bool sign, int exponent, ulong significand)
        where T : unmanaged => Round<T>(ref context, sign, exponent, significand, context.Rounding);

    /// <summary>FPRound.</summary>
    /// <param name="context">Gives FZ and AHP, takes exceptions.</param>
    /// <param name="sign">The sign.</param>
    /// <param name="exponent">The magnitude is <paramref name="significand"/> * 2^(<paramref name="exponent"/> - 63).</param>
    /// <param name="significand">With bit 63 set; bit 0 is set too if anything that is not zero was dropped below it.</param>
    /// <param name="rounding">The rounding mode.</param>
    public static ulong Round<T>(ref FpContext context, bool sign, int exponent, ulong significand, FpRounding rounding)
        where T : unmanaged
    {
        int denormalShift = Math.Max(FpFormat<T>.MinimumExponent - exponent, 0);
        if (denormalShift != 0 && FlushesToZero<T>(context))
        {
            context.Raise(FpExceptions.Underflow);
            return FpFormat<T>.Zero(sign);
        }

        // The integer bit of the significand adds one to the exponent's code; a denormal has neither.
        ulong kept = ShiftRight(significand, 63 - FpFormat<T>.FractionBits + denormalShift, out Residue residue);
        if (denormalShift != 0 && residue != Residue.Zero)
        {
            context.Raise(FpExceptions.Underflow);
        }

        if (RoundsUp(rounding, sign, kept, residue))
        {
            kept++;
        }
        else if (rounding is FpRounding.ToOdd or FpRounding.ToOddOrInfinity && residue != Residue.Zero)
        {
            kept |= 1;
        }

        long code = Math.Max(exponent - FpFormat<T>.MinimumExponent, 0) + (long)(kept >> FpFormat<T>.FractionBits);
        if (IsAlternativeHalf<T>(context))
        {
            if (code > FpFormat<T>.MaximumExponentCode)
            {
                context.Raise(FpExceptions.InvalidOperation);
                return FpFormat<T>.Zero(sign) | (FpFormat<T>.SignBit - 1);
            }
        }
        else if (code >= FpFormat<T>.MaximumExponentCode)
        {
            context.Raise(FpExceptions.Overflow | FpExceptions.Inexact);
            return OverflowResult<T>(rounding, sign);
        }

        if (residue != Residue.Zero)
        {
            context.Raise(FpExceptions.Inexact);
        }

        return FpFormat<T>.Zero(sign) | ((ulong)code << FpFormat<T>.FractionBits) | (kept & FpFormat<T>.FractionMask);
    }

    /// <summary>FPProcessNaN: a NaN operand as the result.</summary>
    public static ulong ProcessNaN<T>(ref FpContext context, FpClass kind, ulong bits)
        where T : unmanaged
    {
        if (kind == FpClass.SignalingNaN)
        {
            context.Raise(FpExceptions.InvalidOperation);
        }

        return context.DefaultNaN ? FpFormat<T>.DefaultNaN : bits | FpFormat<T>.QuietBit;
    }

    // An overflow goes to infinity or stops at the largest number.
    private static ulong OverflowResult<T>(FpRounding rounding, bool sign)
        where T : unmanaged
    {
        bool toInfinity = rounding switch
        {
            FpRounding.TieToEven or FpRounding.ToOddOrInfinity => true,
            FpRounding.TowardPlusInfinity => !sign,
            FpRounding.TowardMinusInfinity => sign,
            _ => false,
        };
        return toInfinity ? FpFormat<T>.Infinity(sign) : FpFormat<T>.MaximumNormal(sign);
    }

    private static ulong Invalid<T>(ref FpContext context)
        where T : unmanaged
    {
        context.Raise(FpExceptions.InvalidOperation);
        return FpFormat<T>.DefaultNaN;
    }

    // FPProcessNaNs: signalling ones first, and the first operand before the second.
    private static bool TryProcessNaNs<T>(
        ref FpContext context, in FpValue left, ulong leftBits, in FpValue right, ulong rightBits, out ulong result)
        where T : unmanaged
    {
        if (!left.IsNaN && !right.IsNaN)
        {
            result = 0;
            return false;
        }

        bool takeLeft = left.Class == FpClass.SignalingNaN || (left.IsNaN && right.Class != FpClass.SignalingNaN);
        result = takeLeft ? ProcessNaN<T>(ref context, left.Class, leftBits) : ProcessNaN<T>(ref context, right.Class, rightBits);
        return true;
    }

    // Zero as a sum of numbers that are not zero: its sign depends on the rounding mode.
    private static ulong ExactZero<T>(in FpContext context)
        where T : unmanaged => FpFormat<T>.Zero(context.Rounding == FpRounding.TowardMinusInfinity);

    // FPCR.AHP says what half precision is in conversions.
    private static bool IsAlternativeHalf<T>(in FpContext context)
        where T : unmanaged => typeof(T) == typeof(Half) && context.AlternativeHalf;

    private static bool FlushesToZero<T>(in FpContext context)
        where T : unmanaged => typeof(T) == typeof(Half) ? context.FlushHalfToZero : context.FlushToZero;

    private static bool RoundsUp(FpRounding rounding, bool sign, ulong kept, Residue residue) => rounding switch
    {
        FpRounding.TieToEven => residue == Residue.AboveHalf || (residue == Residue.Half && (kept & 1) != 0),
        FpRounding.TowardPlusInfinity => residue != Residue.Zero && !sign,
        FpRounding.TowardMinusInfinity => residue != Residue.Zero && sign,
        FpRounding.TieAway => residue >= Residue.Half,
        _ => false,
    };

    private static ulong ShiftRight(ulong value, int count, out Residue residue)
    {
        if (count == 0)
        {
            residue = Residue.Zero;
            return value;
        }

        ulong kept = count < 64 ? value >> count : 0;
        if (count > 64)
        {
            residue = value == 0 ? Residue.Zero : Residue.BelowHalf;
            return kept;
        }

        ulong dropped = value << (64 - count);
        const ulong Half = 1UL << 63;
        residue = dropped == 0 ? Residue.Zero : dropped < Half ? Residue.BelowHalf : dropped == Half ? Residue.Half : Residue.AboveHalf;
        return kept;
    }
}
