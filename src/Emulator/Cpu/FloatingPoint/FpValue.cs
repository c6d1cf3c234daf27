namespace Emulator.Cpu.FloatingPoint;

/// <summary>An operand taken apart (FPUnpack).</summary>
/// <param name="Class">What it is.</param>
/// <param name="Sign">True when its sign bit is set.</param>
/// <param name="Exponent">Of a number: its magnitude is <paramref name="Significand"/> * 2^(<paramref name="Exponent"/> - 63).</param>
/// <param name="Significand">Of a number: with bit 63 set.</param>
internal readonly record struct FpValue(FpClass Class, bool Sign, int Exponent = 0, ulong Significand = 0)
{
    /// <summary>Zero.</summary>
    public bool IsZero => Class == FpClass.Zero;

    /// <summary>Infinity.</summary>
    public bool IsInfinity => Class == FpClass.Infinity;

    /// <summary>A NaN of either kind.</summary>
    public bool IsNaN => Class >= FpClass.QuietNaN;
}
