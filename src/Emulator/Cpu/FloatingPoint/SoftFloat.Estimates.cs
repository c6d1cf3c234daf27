namespace Emulator.Cpu.FloatingPoint;

/// <summary>Reciprocal estimates: the 8-bit starting points of Newton's iteration, the same on every CPU.</summary>
internal static partial class SoftFloat
{
    /// <summary>FPRecipEstimate.</summary>
    public static ulong ReciprocalEstimate<T>(ref FpContext context, ulong operand)
        where T : unmanaged
    {
        FpValue value = Unpack<T>(ref context, operand);
        if (value.IsNaN)
        {
            return ProcessNaN<T>(ref context, value.Class, operand);
        }

        if (value.IsInfinity)
        {
            return FpFormat<T>.Zero(value.Sign);
        }

        if (value.IsZero)
        {
            context.Raise(FpExceptions.DivideByZero);
            return FpFormat<T>.Infinity(value.Sign);
        }

        // The least magnitude whose reciprocal does not overflow is 2^(minimum exponent - 2), the greatest whose does not underflow 2^-(minimum exponent).
        if (value.Exponent < FpFormat<T>.MinimumExponent - 2)
        {
            context.Raise(FpExceptions.Overflow | FpExceptions.Inexact);
            return OverflowResult<T>(context.Rounding, value.Sign);
        }

        if (FlushesToZero<T>(context) && value.Exponent >= -FpFormat<T>.MinimumExponent)
        {
            context.Raise(FpExceptions.Underflow);
            return FpFormat<T>.Zero(value.Sign);
        }

        // The estimate is 256 to 511, for 1.0 to just below 2.0 times a power of two.
        int estimate = ReciprocalEstimate((int)(value.Significand >> 55));
        ulong fraction = (ulong)(estimate & 0xff) << (FpFormat<T>.FractionBits - 8);
        int code = -1 - value.Exponent + 1 - FpFormat<T>.MinimumExponent;
        if (code <= 0)
        {
            fraction = (fraction | (1UL << FpFormat<T>.FractionBits)) >> (1 - code);
            code = 0;
        }

        return FpFormat<T>.Zero(value.Sign) | ((ulong)code << FpFormat<T>.FractionBits) | fraction;
    }

    /// <summary>FPRSqrtEstimate.</summary>
    public static ulong ReciprocalSquareRootEstimate<T>(ref FpContext context, ulong operand)
        where T : unmanaged
    {
        FpValue value = Unpack<T>(ref context, operand);
        if (value.IsNaN)
        {
            return ProcessNaN<T>(ref context, value.Class, operand);
        }

        if (value.IsZero)
        {
            context.Raise(FpExceptions.DivideByZero);
            return FpFormat<T>.Infinity(value.Sign);
        }

        if (value.Sign)
        {
            return Invalid<T>(ref context);
        }

        if (value.IsInfinity)
        {
            return 0;
        }

        // Scaled to [0.25, 1.0) by an even power of two: 0.25 to 0.5 in steps of 1/512, then in steps of 1/256.
        bool odd = (value.Exponent & 1) != 0;
        int estimate = ReciprocalSquareRootEstimate((int)(value.Significand >> 55) >> (odd ? 0 : 1));
        int exponent = (-value.Exponent - 1) >> 1;
        return FpFormat<T>.Power(false, exponent) | ((ulong)(estimate & 0xff) << (FpFormat<T>.FractionBits - 8));
    }

    /// <summary>FPRecpX: a number with the inverted exponent, for scaling.</summary>
    public static ulong ReciprocalExponent<T>(ref FpContext context, ulong operand)
        where T : unmanaged
    {
        FpValue value = Unpack<T>(ref context, operand);
        if (value.IsNaN)
        {
            return ProcessNaN<T>(ref context, value.Class, operand);
        }

        int code = (int)(operand >> FpFormat<T>.FractionBits) & FpFormat<T>.MaximumExponentCode;
        int inverted = code == 0 ? FpFormat<T>.MaximumExponentCode - 1 : ~code & FpFormat<T>.MaximumExponentCode;
        return FpFormat<T>.Zero(value.Sign) | ((ulong)inverted << FpFormat<T>.FractionBits);
    }

    /// <summary>UnsignedRecipEstimate (URECPE): the operand counts 2^-32.</summary>
    public static uint ReciprocalEstimate(uint operand) =>
        (int)operand >= 0 ? uint.MaxValue : (uint)ReciprocalEstimate((int)(operand >> 23)) << 23;

    /// <summary>UnsignedRSqrtEstimate (URSQRTE): the operand counts 2^-32.</summary>
    public static uint ReciprocalSquareRootEstimate(uint operand) =>
        operand >> 30 == 0 ? uint.MaxValue : (uint)ReciprocalSquareRootEstimate((int)(operand >> 23)) << 23;

    // RecipEstimate: 256 to 511 stands for 0.5 to 1.0.
    private static int ReciprocalEstimate(int scaled)
    {
        int quotient = (1 << 19) / ((scaled * 2) + 1);
        return (quotient + 1) / 2;
    }

    // RecipSqrtEstimate: 128 to 511 stands for 0.25 to 1.0.
    private static int ReciprocalSquareRootEstimate(int scaled)
    {
        int middle = scaled < 256 ? (scaled * 2) + 1 : (scaled | 1) * 2;
        int root = 512;
        while (middle * (root + 1) * (root + 1) < 1 << 28)
        {
            root++;
        }

        return (root + 1) / 2;
    }
}
