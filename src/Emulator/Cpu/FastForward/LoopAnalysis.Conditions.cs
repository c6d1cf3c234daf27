namespace Emulator.Cpu.FastForward;

/// <summary>Decisions: each must fall as in the first iteration, which bounds the iterations.</summary>
internal sealed unsafe partial class LoopAnalysis
{
    private const int Equal = 0;
    private const int HigherOrSame = 1;
    private const int Minus = 2;
    private const int Higher = 4;
    private const int GreaterOrEqual = 5;
    private const int Greater = 6;

    // A condition of a branch or select.
    private bool TryDecide(int condition, out bool holds)
    {
        LoopFlags flags = _state.Flags;
        holds = LoopFlags.Holds(condition, flags.First);
        int test = condition >> 1;
        return test == 7 || flags.Kind switch
        {
            LoopFlags.Origin.Constant => TryRestrict(flags.Iterations),
            LoopFlags.Origin.Comparison => TryDecideComparison(test, flags),
            LoopFlags.Origin.Sum => TryDecideResult(test, flags),
            LoopFlags.Origin.Logical => TryDecideLogical(test, flags),
            _ => false,
        };
    }

    private bool TryDecideComparison(int test, in LoopFlags flags) => test switch
    {
        Equal => TryFixEqual(flags.Left, flags.Right, flags.Bits),
        HigherOrSame or Higher => TryFixOrder(_space.AsUnsigned(flags.Left, flags.Bits), _space.AsUnsigned(flags.Right, flags.Bits), test == Higher),
        GreaterOrEqual or Greater => TryFixOrder(_space.AsSigned(flags.Left, flags.Bits), _space.AsSigned(flags.Right, flags.Bits), test == Greater),
        Minus => TryFixSign(IterationSpace.Subtract(flags.Left, flags.Right), flags.Bits),
        _ => false,
    };

    private bool TryDecideResult(int test, in LoopFlags flags) => test switch
    {
        Equal => TryFixEqual(flags.Left, LoopValue.Constant(0), flags.Bits),
        Minus => TryFixSign(flags.Left, flags.Bits),
        _ => false,
    };

    // C and V are clear: HS, VS and HI never hold, GE is PL.
    private bool TryDecideLogical(int test, in LoopFlags flags) => test switch
    {
        Equal or Minus => TryDecideResult(test, flags),
        GreaterOrEqual => TryFixSign(flags.Left, flags.Bits),
        Greater => TryFixSign(flags.Left, flags.Bits) && TryFixEqual(flags.Left, LoopValue.Constant(0), flags.Bits),
        _ => true,
    };

    private bool TryFixSign(in LoopValue value, int bits)
    {
        LoopValue number = _space.AsSigned(value, bits);
        return !number.IsOpaque && TryFixRange(number.Numerator, number.Slopes, number.Iterations, 0);
    }

    private bool TryFixOrder(in LoopValue left, in LoopValue right, bool strict) =>
        IterationSpace.TryCompare(left, right, strict, out WideInteger number, out Slopes slopes)
        && TryFixRange(number, slopes, Math.Min(left.Iterations, right.Iterations), 0);

    // Two values stay equal, or stay different: the second for as long as the difference has not gone through zero.
    private bool TryFixEqual(in LoopValue left, in LoopValue right, int bits)
    {
        if (left.IsOpaque || right.IsOpaque)
        {
            return false;
        }

        if (left.Divisor == 1 && right.Divisor == 1)
        {
            LoopValue difference = IterationSpace.Subtract(left, right);
            if (bits == 32)
            {
                difference = LoopValue.Affine(difference.Numerator << 32, difference.Slopes.Select(static s => s << 32), difference.Iterations);
            }

            if (difference.IsConstant)
            {
                Restrict(difference.Iterations);
                return true;
            }

            LoopValue number = _space.AsSigned(difference, 64);
            return !number.IsOpaque && TryFixZero(number.Numerator, number.Slopes, number.Iterations, 1);
        }

        // floor(x / d) = y is 0 <= x - d * y < d.
        LoopValue quotient = _space.AsUnsigned(left.Divisor == 1 ? right : left, bits);
        LoopValue other = _space.AsUnsigned(left.Divisor == 1 ? left : right, bits);
        return other.Divisor == 1
            && IterationSpace.TryCompare(quotient, other, strict: false, out WideInteger rest, out Slopes slopes)
            && TryFixZero(rest, slopes, Math.Min(quotient.Iterations, other.Iterations), quotient.Divisor);
    }

    // A bit stays as it is for as long as all from it upwards do.
    private bool TryFixBit(in LoopValue value, int bit)
    {
        if (value.IsConstant)
        {
            return true;
        }

        LoopValue number = IterationSpace.Divide(_space.AsUnsigned(value, 64), WideInteger.One << bit);
        if (number.IsOpaque)
        {
            return false;
        }

        WideInteger rest = number.Numerator - (LoopValue.Floor(number.Numerator, number.Divisor) * number.Divisor);
        return TryFixZero(rest, number.Slopes, number.Iterations, number.Divisor);
    }

    // A number stays below zero, from zero to width - 1, or above.
    private bool TryFixZero(WideInteger number, in Slopes slopes, long iterations, WideInteger width) =>
        number < 0 || number >= width
            ? TryFixRange(number, slopes, iterations, number < 0 ? 0 : width)
            : TryRestrict(Math.Min(iterations, _space.Bound(number, slopes, 0, width - 1)));

    // A number stays below a threshold, or at least there.
    private bool TryFixRange(WideInteger number, in Slopes slopes, long iterations, WideInteger threshold)
    {
        long bound = number < threshold
            ? _space.Bound(number, slopes, -IterationSpace.Infinity, threshold - 1)
            : _space.Bound(number, slopes, threshold, IterationSpace.Infinity);
        return TryRestrict(Math.Min(iterations, bound));
    }

    private bool TryRestrict(long iterations)
    {
        Restrict(iterations);
        return iterations > 0;
    }
}
