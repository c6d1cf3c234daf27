namespace Emulator.Cpu.FloatingPoint;

/// <summary>FPType (Arm ARM, shared pseudocode).</summary>
internal enum FpClass
{
    /// <summary>Zero, or a denormal that was flushed to it.</summary>
    Zero,

    /// <summary>A number that is neither zero nor infinity.</summary>
    Nonzero,

    /// <summary>Infinity.</summary>
    Infinity,

    /// <summary>A quiet NaN.</summary>
    QuietNaN,

    /// <summary>A signalling NaN.</summary>
    SignalingNaN,
}
