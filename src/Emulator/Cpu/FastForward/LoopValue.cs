namespace Emulator.Cpu.FastForward;

/// <summary>
/// A 64-bit value as a function of the iteration numbers of the loops around it: floor((Numerator + sum of slope times iteration) / Divisor), modulo 2^64. Almost
/// all that polling loops compute from a counter has this form; everything else is <see cref="Opaque"/>, of which nothing is known.
/// </summary>
/// <param name="Numerator">The numerator in the first iteration.</param>
/// <param name="Divisor">1 for what grows evenly, 0 for an opaque value.</param>
/// <param name="Slopes">What is added to the numerator per iteration.</param>
/// <param name="Iterations">In so many iterations of the outermost loop the form holds: a narrower register would wrap after them.</param>
internal readonly record struct LoopValue(WideInteger Numerator, WideInteger Divisor, Slopes Slopes, long Iterations)
{
    /// <summary>A value of which nothing is known.</summary>
    public static LoopValue Opaque => default;

    /// <summary>True when nothing is known.</summary>
    public bool IsOpaque => Divisor == 0;

    /// <summary>True for a value that is the same in all iterations.</summary>
    public bool IsConstant => Divisor == 1 && Slopes.AreZero;

    /// <summary>The value in the first iteration. It must not be opaque.</summary>
    public ulong First => (ulong)Floor(Numerator, Divisor);

    /// <summary>A value that is the same in all iterations.</summary>
    public static LoopValue Constant(ulong value) => new(value, 1, default, long.MaxValue);

    /// <summary>A value modulo 2^64 that grows evenly.</summary>
    public static LoopValue Affine(WideInteger numerator, in Slopes slopes, long iterations = long.MaxValue) =>
        new((ulong)numerator, 1, slopes.Select(static s => (long)(ulong)s), iterations);

    /// <summary>Division that rounds down.</summary>
    public static WideInteger Floor(WideInteger numerator, WideInteger divisor)
    {
        if (divisor == 1)
        {
            return numerator;
        }

        (WideInteger quotient, WideInteger rest) = WideInteger.DivRem(numerator, divisor);
        return rest < 0 ? quotient - 1 : quotient;
    }
}
