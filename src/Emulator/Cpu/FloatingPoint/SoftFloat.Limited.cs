namespace Emulator.Cpu.FloatingPoint;

/// <summary>Conversions as programming languages want them.</summary>
internal static unsafe partial class SoftFloat
{
    /// <summary>FPRoundIntN: to an integer that fits a signed one of some width, else to the least of these.</summary>
    /// <param name="context">Takes exceptions.</param>
    /// <param name="operand">The number.</param>
    /// <param name="rounding">The rounding mode.</param>
    /// <param name="width">32 or 64.</param>
    public static ulong RoundToLimitedInteger<T>(ref FpContext context, ulong operand, FpRounding rounding, int width)
        where T : unmanaged
    {
        FpValue value = Unpack<T>(ref context, operand);
        if (value.IsZero)
        {
            return FpFormat<T>.Zero(value.Sign);
        }

        ulong least = FpFormat<T>.Power(true, width - 1);
        if (value.IsNaN || value.IsInfinity || value.Exponent >= width)
        {
            context.Raise(FpExceptions.InvalidOperation);
            return least;
        }

        ulong magnitude = ShiftRight(value.Significand, 63 - value.Exponent, out Residue residue);
        magnitude += RoundsUp(rounding, value.Sign, magnitude, residue) ? 1UL : 0;
        ulong limit = (1UL << (width - 1)) - (value.Sign ? 0UL : 1);
        if (magnitude > limit)
        {
            context.Raise(FpExceptions.InvalidOperation);
            return least;
        }

        return RoundToInteger<T>(ref context, operand, rounding, exact: true);
    }

    /// <summary>FPToFixedJS: towards zero, modulo 2^32.</summary>
    /// <param name="context">Takes exceptions.</param>
    /// <param name="operand">The number, in double precision.</param>
    /// <param name="isExact">True when the result is the number, and that is not minus zero; a denormal that is flushed is a zero.</param>
    public static uint ToFixedOfJavaScript(ref FpContext context, ulong operand, out bool isExact)
    {
        FpValue value = Unpack<double>(ref context, operand);
        isExact = value.IsZero && !value.Sign;
        if (value.IsZero)
        {
            return 0;
        }

        if (value.IsNaN || value.IsInfinity)
        {
            context.Raise(FpExceptions.InvalidOperation);
            return 0;
        }

        Residue residue = Residue.Zero;
        bool isLarge = value.Exponent > 63;
        ulong magnitude = !isLarge ? ShiftRight(value.Significand, 63 - value.Exponent, out residue)
            : value.Exponent < 127 ? value.Significand << (value.Exponent - 63) : 0;
        if (isLarge || magnitude > (value.Sign ? 1UL << 31 : int.MaxValue))
        {
            context.Raise(FpExceptions.InvalidOperation);
        }
        else if (residue != Residue.Zero)
        {
            context.Raise(FpExceptions.Inexact);
        }
        else
        {
            isExact = true;
        }

        return (uint)(value.Sign ? 0 - magnitude : magnitude);
    }
}
