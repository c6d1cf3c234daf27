using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The rounding modes that instructions name, and that of FPCR.</summary>
internal static unsafe class RoundingModes
{
    public readonly struct TieToEven : IRoundingMode
    {
        public static FpRounding Mode(CpuState* state) => FpRounding.TieToEven;
    }

    public readonly struct TieAway : IRoundingMode
    {
        public static FpRounding Mode(CpuState* state) => FpRounding.TieAway;
    }

    public readonly struct Up : IRoundingMode
    {
        public static FpRounding Mode(CpuState* state) => FpRounding.TowardPlusInfinity;
    }

    public readonly struct Down : IRoundingMode
    {
        public static FpRounding Mode(CpuState* state) => FpRounding.TowardMinusInfinity;
    }

    public readonly struct ToZero : IRoundingMode
    {
        public static FpRounding Mode(CpuState* state) => FpRounding.TowardZero;
    }

    public readonly struct Current : IRoundingMode
    {
        public static FpRounding Mode(CpuState* state) => new FpContext(state->FloatingPointControl).Rounding;
    }
}
