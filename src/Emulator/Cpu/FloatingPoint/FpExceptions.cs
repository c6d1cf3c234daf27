namespace Emulator.Cpu.FloatingPoint;

/// <summary>The cumulative exception bits of FPSR, where they stand in it (Arm ARM C5.2.9).</summary>
[Flags]
internal enum FpExceptions : uint
{
    /// <summary>Nothing happened.</summary>
    None = 0,

    /// <summary>Invalid Operation (IOC).</summary>
    InvalidOperation = 1 << 0,

    /// <summary>Divide by Zero (DZC).</summary>
    DivideByZero = 1 << 1,

    /// <summary>Overflow (OFC).</summary>
    Overflow = 1 << 2,

    /// <summary>Underflow (UFC).</summary>
    Underflow = 1 << 3,

    /// <summary>Inexact (IXC).</summary>
    Inexact = 1 << 4,

    /// <summary>Input Denormal (IDC): an operand was flushed to zero.</summary>
    InputDenormal = 1 << 7,

    /// <summary>Saturation (QC) in an integer SIMD instruction.</summary>
    Saturation = 1 << 27,
}
