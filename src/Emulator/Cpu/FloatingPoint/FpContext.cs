namespace Emulator.Cpu.FloatingPoint;

/// <summary>What an operation takes from FPCR, and what it gives to FPSR.</summary>
internal struct FpContext
{
    /// <summary>FPCR.AHP: half precision has no infinities and NaNs.</summary>
    public const uint AlternativeHalfBit = 1u << 26;

    /// <summary>FPCR.DN: each NaN result is the default NaN.</summary>
    public const uint DefaultNaNBit = 1u << 25;

    /// <summary>FPCR.FZ: denormal operands and results are zero.</summary>
    public const uint FlushToZeroBit = 1u << 24;

    /// <summary>FPCR.FZ16: denormal operands and results are zero in half precision.</summary>
    public const uint FlushHalfToZeroBit = 1u << 19;

    /// <summary>FPCR.RMode.</summary>
    public const uint RoundingMask = 3u << RoundingShift;

    private const int RoundingShift = 22;

    private readonly uint _control;

    /// <summary>Starts an operation in one format: half precision has infinities and NaNs there whatever AHP says (FPUnpack).</summary>
    /// <param name="control">FPCR.</param>
    public FpContext(uint control)
        : this(control & ~AlternativeHalfBit, RoundingOf(control))
    {
    }

    private FpContext(uint control, FpRounding rounding)
    {
        _control = control;
        Rounding = rounding;
    }

    /// <summary>Sums of products of BFloat16: denormals are zero, NaNs the default one, and nobody asks FPCR (BFMul, BFAdd).</summary>
    public static FpContext ForBFloat16 => new(DefaultNaNBit | FlushToZeroBit, FpRounding.ToOddOrInfinity);

    /// <summary>What has happened so far.</summary>
    public FpExceptions Raised { get; private set; }

    /// <summary>FPCR.AHP.</summary>
    public readonly bool AlternativeHalf => (_control & AlternativeHalfBit) != 0;

    /// <summary>FPCR.DN.</summary>
    public readonly bool DefaultNaN => (_control & DefaultNaNBit) != 0;

    /// <summary>FPCR.FZ.</summary>
    public readonly bool FlushToZero => (_control & FlushToZeroBit) != 0;

    /// <summary>FPCR.FZ16.</summary>
    public readonly bool FlushHalfToZero => (_control & FlushHalfToZeroBit) != 0;

    /// <summary>FPCR.RMode.</summary>
    public FpRounding Rounding { get; }

    /// <summary>Starts a conversion from one format to another: half precision keeps its denormals there whatever FZ16 says (FPUnpackCV, FPRoundCV).</summary>
    /// <param name="control">FPCR.</param>
    public static FpContext ForConversion(uint control) => new(control & ~FlushHalfToZeroBit, RoundingOf(control));

    /// <summary>FPProcessException with all traps disabled: no CPU here implements trapped exceptions.</summary>
    public void Raise(FpExceptions exceptions) => Raised |= exceptions;

    private static FpRounding RoundingOf(uint control) => (FpRounding)((control & RoundingMask) >> RoundingShift);
}
