using System.Numerics;

namespace Emulator.Cpu.FloatingPoint;

/// <summary>Sum, product, quotient, root, fused multiply and add.</summary>
internal static partial class SoftFloat
{
    /// <summary>FPAdd.</summary>
    public static ulong Add<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged
    {
        FpValue a = Unpack<T>(ref context, left);
        FpValue b = Unpack<T>(ref context, right);
        return TryProcessNaNs<T>(ref context, a, left, b, right, out ulong nan) ? nan : Add<T>(ref context, a, b);
    }

    /// <summary>FPSub.</summary>
    public static ulong Subtract<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged
    {
        FpValue a = Unpack<T>(ref context, left);
        FpValue b = Unpack<T>(ref context, right);
        return TryProcessNaNs<T>(ref context, a, left, b, right, out ulong nan) ? nan : Add<T>(ref context, a, b with { Sign = !b.Sign });
    }

    /// <summary>FPMul.</summary>
    public static ulong Multiply<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged
    {
        FpValue a = Unpack<T>(ref context, left);
        FpValue b = Unpack<T>(ref context, right);
        if (TryProcessNaNs<T>(ref context, a, left, b, right, out ulong nan))
        {
            return nan;
        }

        return (a.IsInfinity && b.IsZero) || (a.IsZero && b.IsInfinity) ? Invalid<T>(ref context) : Multiply<T>(ref context, a, b);
    }

    /// <summary>FPMulX: as FPMul, but zero times infinity is 2.</summary>
    public static ulong MultiplyExtended<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged
    {
        FpValue a = Unpack<T>(ref context, left);
        FpValue b = Unpack<T>(ref context, right);
        if (TryProcessNaNs<T>(ref context, a, left, b, right, out ulong nan))
        {
            return nan;
        }

        return (a.IsInfinity && b.IsZero) || (a.IsZero && b.IsInfinity)
            ? FpFormat<T>.Power(a.Sign != b.Sign, 1)
            : Multiply<T>(ref context, a, b);
    }

    /// <summary>FPDiv.</summary>
    public static ulong Divide<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged
    {
        FpValue a = Unpack<T>(ref context, left);
        FpValue b = Unpack<T>(ref context, right);
        if (TryProcessNaNs<T>(ref context, a, left, b, right, out ulong nan))
        {
            return nan;
        }

        bool sign = a.Sign != b.Sign;
        if ((a.IsInfinity && b.IsInfinity) || (a.IsZero && b.IsZero))
        {
            return Invalid<T>(ref context);
        }

        if (a.IsInfinity || b.IsZero)
        {
            if (!a.IsInfinity)
            {
                context.Raise(FpExceptions.DivideByZero);
            }

            return FpFormat<T>.Infinity(sign);
        }

        if (a.IsZero || b.IsInfinity)
        {
            return FpFormat<T>.Zero(sign);
        }

        // Both significands are in [2^63, 2^64), so that the quotient has 63 or 64 bits.
        (UInt128 quotient, UInt128 remainder) = UInt128.DivRem((UInt128)a.Significand << 63, b.Significand);
        ulong significand = (ulong)quotient;
        int shift = BitOperations.LeadingZeroCount(significand);
        significand = (significand << shift) | (remainder == 0 ? 0UL : 1);
        return Round<T>(ref context, sign, a.Exponent - b.Exponent - shift, significand);
    }

    /// <summary>FPSqrt.</summary>
    public static ulong SquareRoot<T>(ref FpContext context, ulong operand)
        where T : unmanaged
    {
        FpValue a = Unpack<T>(ref context, operand);
        if (a.IsNaN)
        {
            return ProcessNaN<T>(ref context, a.Class, operand);
        }

        if (a.IsZero)
        {
            return FpFormat<T>.Zero(a.Sign);
        }

        if (a.Sign)
        {
            return Invalid<T>(ref context);
        }

        if (a.IsInfinity)
        {
            return FpFormat<T>.Infinity(false);
        }

        // With an even exponent the root's is half of it; the root of a number in [2^126, 2^128) has 64 bits.
        UInt128 radicand = (UInt128)a.Significand << (63 + (a.Exponent & 1));
        ulong root = IntegerSquareRoot(radicand);
        bool exact = (UInt128)root * root == radicand;
        return Round<T>(ref context, false, a.Exponent >> 1, root | (exact ? 0UL : 1));
    }

    /// <summary>FPMulAdd: addend + left * right, rounded once.</summary>
    public static ulong MultiplyAdd<T>(ref FpContext context, ulong addend, ulong left, ulong right)
        where T : unmanaged
    {
        FpValue c = Unpack<T>(ref context, addend);
        FpValue a = Unpack<T>(ref context, left);
        FpValue b = Unpack<T>(ref context, right);
        bool zeroTimesInfinity = (a.IsInfinity && b.IsZero) || (a.IsZero && b.IsInfinity);
        if (c.Class == FpClass.QuietNaN && zeroTimesInfinity)
        {
            return Invalid<T>(ref context);
        }

        if (c.IsNaN || a.IsNaN || b.IsNaN)
        {
            return ProcessNaNs<T>(ref context, c, addend, a, left, b, right);
        }

        return zeroTimesInfinity ? Invalid<T>(ref context) : MultiplyAdd<T>(ref context, c, a, b);
    }

    /// <summary>FPRecipStepFused: 2 - left * right.</summary>
    public static ulong ReciprocalStep<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged => NewtonStep<T>(ref context, left, right, FpFormat<T>.Power(false, 1), halve: false);

    /// <summary>FPRSqrtStepFused: (3 - left * right) / 2.</summary>
    public static ulong ReciprocalSquareRootStep<T>(ref FpContext context, ulong left, ulong right)
        where T : unmanaged => NewtonStep<T>(ref context, left, right, FpFormat<T>.Power(false, 1, andHalf: true), halve: true);

    private static ulong NewtonStep<T>(ref FpContext context, ulong left, ulong right, ulong minuend, bool halve)
        where T : unmanaged
    {
        left ^= FpFormat<T>.SignBit;
        FpValue a = Unpack<T>(ref context, left);
        FpValue b = Unpack<T>(ref context, right);
        if (TryProcessNaNs<T>(ref context, a, left, b, right, out ulong nan))
        {
            return nan;
        }

        FpValue c = Unpack<T>(ref context, minuend);
        int scale = halve ? -1 : 0;
        return (a.IsInfinity && b.IsZero) || (a.IsZero && b.IsInfinity)
            ? Round<T>(ref context, false, c.Exponent + scale, c.Significand)
            : MultiplyAdd<T>(ref context, c, a, b, scale);
    }

    private static ulong Add<T>(ref FpContext context, in FpValue a, in FpValue b)
        where T : unmanaged
    {
        if (a.IsInfinity && b.IsInfinity && a.Sign != b.Sign)
        {
            return Invalid<T>(ref context);
        }

        if (a.IsInfinity || b.IsInfinity)
        {
            return FpFormat<T>.Infinity(a.IsInfinity ? a.Sign : b.Sign);
        }

        return a.IsZero && b.IsZero && a.Sign == b.Sign
            ? FpFormat<T>.Zero(a.Sign)
            : AddNumbers<T>(ref context, Term.Of(a), Term.Of(b), scale: 0);
    }

    private static ulong Multiply<T>(ref FpContext context, in FpValue a, in FpValue b)
        where T : unmanaged
    {
        bool sign = a.Sign != b.Sign;
        if (a.IsInfinity || b.IsInfinity)
        {
            return FpFormat<T>.Infinity(sign);
        }

        if (a.IsZero || b.IsZero)
        {
            return FpFormat<T>.Zero(sign);
        }

        Term product = Term.Product(a, b);
        return Round<T>(ref context, sign, product.Exponent, Fold(product.Significand));
    }

    // (c + a * b) * 2^scale for operands that are not NaNs, and not zero times infinity.
    private static ulong MultiplyAdd<T>(ref FpContext context, in FpValue c, in FpValue a, in FpValue b, int scale = 0)
        where T : unmanaged
    {
        bool productSign = a.Sign != b.Sign;
        bool productInfinite = a.IsInfinity || b.IsInfinity;
        bool productZero = a.IsZero || b.IsZero;
        if (c.IsInfinity && productInfinite && c.Sign != productSign)
        {
            return Invalid<T>(ref context);
        }

        if (c.IsInfinity || productInfinite)
        {
            return FpFormat<T>.Infinity(c.IsInfinity ? c.Sign : productSign);
        }

        if (c.IsZero && productZero && c.Sign == productSign)
        {
            return FpFormat<T>.Zero(c.Sign);
        }

        return AddNumbers<T>(ref context, Term.Of(c), productZero ? default : Term.Product(a, b), scale);
    }

    // FPProcessNaNs3, when there is one.
    private static ulong ProcessNaNs<T>(
        ref FpContext context, in FpValue c, ulong addend, in FpValue a, ulong left, in FpValue b, ulong right)
        where T : unmanaged
    {
        FpClass wanted = c.Class == FpClass.SignalingNaN || a.Class == FpClass.SignalingNaN || b.Class == FpClass.SignalingNaN
            ? FpClass.SignalingNaN
            : FpClass.QuietNaN;
        ulong bits = c.Class == wanted ? addend : a.Class == wanted ? left : right;
        return ProcessNaN<T>(ref context, wanted, bits);
    }

    // Operands have 53 significant bits at most and a product has 106, so that one shift to the right loses nothing, and when two
    // shifts lose something the sum has enough bits below the last that counts to keep it apart from a tie.
    private static ulong AddNumbers<T>(ref FpContext context, Term a, Term b, int scale)
        where T : unmanaged
    {
        if (a.Significand == 0 || (b.Significand != 0 && b.Exponent > a.Exponent))
        {
            (a, b) = (b, a);
        }

        UInt128 large = a.Significand >> 1;
        UInt128 small = b.Significand == 0 ? 0 : ShiftRightSticky(b.Significand, a.Exponent - b.Exponent + 1);
        bool sign = a.Sign;
        UInt128 sum;
        if (a.Sign == b.Sign)
        {
            sum = large + small;
        }
        else if (large >= small)
        {
            sum = large - small;
        }
        else
        {
            sum = small - large;
            sign = b.Sign;
        }

        if (sum == 0)
        {
            return ExactZero<T>(context);
        }

        int shift = (int)UInt128.LeadingZeroCount(sum);
        return Round<T>(ref context, sign, a.Exponent + 1 - shift + scale, Fold(sum << shift));
    }

    private static UInt128 ShiftRightSticky(UInt128 value, int count)
    {
        if (count >= 128)
        {
            return UInt128.One;
        }

        UInt128 kept = value >> count;
        return kept << count == value ? kept : kept | 1;
    }

    // The upper half, with bit 0 telling of anything in the lower one.
    private static ulong Fold(UInt128 significand) => (ulong)(significand >> 64) | ((ulong)significand == 0 ? 0UL : 1);

    private static ulong IntegerSquareRoot(UInt128 value)
    {
        ulong root = 0;
        for (int bit = 63; bit >= 0; bit--)
        {
            ulong candidate = root | (1UL << bit);
            if ((UInt128)candidate * candidate <= value)
            {
                root = candidate;
            }
        }

        return root;
    }

    // A number with magnitude Significand * 2^(Exponent - 127), bit 127 of the significand being set; or zero.
    private readonly record struct Term(bool Sign, int Exponent, UInt128 Significand)
    {
        public static Term Of(in FpValue value) => new(value.Sign, value.Exponent, (UInt128)value.Significand << 64);

        public static Term Product(in FpValue a, in FpValue b)
        {
            UInt128 product = (UInt128)a.Significand * b.Significand;
            int shift = product >> 127 == 0 ? 1 : 0;
            return new(a.Sign != b.Sign, a.Exponent + b.Exponent + 1 - shift, product << shift);
        }
    }
}
