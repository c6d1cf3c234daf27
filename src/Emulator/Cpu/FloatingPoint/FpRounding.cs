namespace Emulator.Cpu.FloatingPoint;

/// <summary>How a result is rounded. The first four have the codes of FPCR.RMode.</summary>
internal enum FpRounding
{
    /// <summary>To the nearest value, ties to even.</summary>
    TieToEven = 0,

    /// <summary>Towards plus infinity.</summary>
    TowardPlusInfinity = 1,

    /// <summary>Towards minus infinity.</summary>
    TowardMinusInfinity = 2,

    /// <summary>Towards zero.</summary>
    TowardZero = 3,

    /// <summary>To the nearest value, ties away from zero. Only for rounding to integers.</summary>
    TieAway = 4,

    /// <summary>Towards zero, an inexact result made odd, so that a second rounding is still right (FCVTXN).</summary>
    ToOdd = 5,

    /// <summary>As <see cref="ToOdd"/>, but an overflow is infinity (BFRound).</summary>
    ToOddOrInfinity = 6,
}
