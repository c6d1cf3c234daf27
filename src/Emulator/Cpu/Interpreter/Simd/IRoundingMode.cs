using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Where an instruction has its rounding mode from.</summary>
internal unsafe interface IRoundingMode
{
    /// <summary>The rounding mode.</summary>
    static abstract FpRounding Mode(CpuState* state);
}
