using System.Numerics;

namespace Emulator.Cpu.FloatingPoint;

/// <summary>Conversions between formats, to and from integers and fixed point.</summary>
internal static partial class SoftFloat
{
    /// <summary>FPConvert from one format to another, with FPCR's rounding mode.</summary>
    public static ulong Convert<TFrom, TTo>(ref FpContext context, ulong operand)
        where TFrom : unmanaged
        where TTo : unmanaged => Convert<TFrom, TTo>(ref context, operand, context.Rounding);

    /// <summary>FPConvert from one format to another.</summary>
    public static ulong Convert<TFrom, TTo>(ref FpContext context, ulong operand, FpRounding rounding)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        FpValue value = Unpack<TFrom>(ref context, operand);
        bool noSpecials = IsAlternativeHalf<TTo>(context);
        switch (value.Class)
        {
            case FpClass.Zero:
                return FpFormat<TTo>.Zero(value.Sign);
            case FpClass.Nonzero:
                return Round<TTo>(ref context, value.Sign, value.Exponent, value.Significand, rounding);
            case FpClass.Infinity when noSpecials:
                context.Raise(FpExceptions.InvalidOperation);
                return FpFormat<TTo>.Zero(value.Sign) | (FpFormat<TTo>.SignBit - 1);
            case FpClass.Infinity:
                return FpFormat<TTo>.Infinity(value.Sign);
            default:
                if (noSpecials || value.Class == FpClass.SignalingNaN)
                {
                    context.Raise(FpExceptions.InvalidOperation);
                }

                return noSpecials ? FpFormat<TTo>.Zero(value.Sign)
                    : context.DefaultNaN ? FpFormat<TTo>.DefaultNaN
                    : ConvertNaN<TFrom, TTo>(value.Sign, operand);
        }
    }

    /// <summary>FPToFixed.</summary>
    /// <param name="context">Takes exceptions.</param>
    /// <param name="operand">The number, in format T.</param>
    /// <param name="fractionBits">Fraction bits of the result, 0 for an integer.</param>
    /// <param name="unsigned">True for an unsigned result.</param>
    /// <param name="width">Width of the result, 32 or 64.</param>
    /// <param name="rounding">The rounding mode.</param>
    /// <returns>The result in the low bits, zero above.</returns>
    public static ulong ToFixed<T>(ref FpContext context, ulong operand, int fractionBits, bool unsigned, int width, FpRounding rounding)
        where T : unmanaged
    {
        FpValue value = Unpack<T>(ref context, operand);
        if (value.IsNaN)
        {
            context.Raise(FpExceptions.InvalidOperation);
            return 0;
        }

        if (value.IsZero)
        {
            return 0;
        }

        ulong mask = ulong.MaxValue >> (64 - width);
        ulong limit = unsigned ? (value.Sign ? 0 : mask) : (mask >> 1) + (value.Sign ? 1UL : 0);
        int exponent = value.Exponent + fractionBits;
        if (value.IsInfinity || exponent > 63)
        {
            context.Raise(FpExceptions.InvalidOperation);
            return value.Sign ? (0 - limit) & mask : limit;
        }

        ulong magnitude = ShiftRight(value.Significand, 63 - exponent, out Residue residue);

        // Only a magnitude that fits 53 bits can be rounded, so that this does not overflow.
        if (RoundsUp(rounding, value.Sign, magnitude, residue))
        {
            magnitude++;
        }

        if (magnitude > limit)
        {
            context.Raise(FpExceptions.InvalidOperation);
            magnitude = limit;
        }
        else if (residue != Residue.Zero)
        {
            context.Raise(FpExceptions.Inexact);
        }

        return value.Sign ? (0 - magnitude) & mask : magnitude;
    }

    /// <summary>FixedToFP with FPCR's rounding mode.</summary>
    /// <param name="context">Takes exceptions.</param>
    /// <param name="operand">The number, extended to 64 bits by its signedness.</param>
    /// <param name="fractionBits">Its fraction bits, 0 for an integer.</param>
    /// <param name="unsigned">True for an unsigned number.</param>
    public static ulong FromFixed<T>(ref FpContext context, ulong operand, int fractionBits, bool unsigned)
        where T : unmanaged
    {
        if (operand == 0)
        {
            return 0;
        }

        bool sign = !unsigned && (long)operand < 0;
        ulong magnitude = sign ? 0 - operand : operand;
        int shift = BitOperations.LeadingZeroCount(magnitude);
        return Round<T>(ref context, sign, 63 - shift - fractionBits, magnitude << shift);
    }

    /// <summary>FPRoundInt.</summary>
    /// <param name="context">Takes exceptions.</param>
    /// <param name="operand">The number.</param>
    /// <param name="rounding">The rounding mode.</param>
    /// <param name="exact">True to raise Inexact.</param>
    public static ulong RoundToInteger<T>(ref FpContext context, ulong operand, FpRounding rounding, bool exact)
        where T : unmanaged
    {
        FpValue value = Unpack<T>(ref context, operand);
        if (value.IsNaN)
        {
            return ProcessNaN<T>(ref context, value.Class, operand);
        }

        if (value.IsZero)
        {
            return FpFormat<T>.Zero(value.Sign);
        }

        if (value.IsInfinity || value.Exponent >= FpFormat<T>.FractionBits)
        {
            return operand;
        }

        ulong magnitude = ShiftRight(value.Significand, 63 - value.Exponent, out Residue residue);
        if (RoundsUp(rounding, value.Sign, magnitude, residue))
        {
            magnitude++;
        }

        if (exact && residue != Residue.Zero)
        {
            context.Raise(FpExceptions.Inexact);
        }

        if (magnitude == 0)
        {
            return FpFormat<T>.Zero(value.Sign);
        }

        int shift = BitOperations.LeadingZeroCount(magnitude);
        return Round<T>(ref context, value.Sign, 63 - shift, magnitude << shift);
    }

    // FPConvertNaN: the fraction's upper bits, made quiet.
    private static ulong ConvertNaN<TFrom, TTo>(bool sign, ulong operand)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        ulong fraction = (operand & FpFormat<TFrom>.FractionMask) << (63 - FpFormat<TFrom>.FractionBits);
        return FpFormat<TTo>.Infinity(sign) | FpFormat<TTo>.QuietBit | (fraction >> (63 - FpFormat<TTo>.FractionBits));
    }
}
