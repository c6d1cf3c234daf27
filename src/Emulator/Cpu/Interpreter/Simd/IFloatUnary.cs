using System.Numerics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What a floating-point instruction of two registers computes, element by element; integers stand in the elements as bits.</summary>
internal unsafe interface IFloatUnary
{
    /// <summary>Computes an element of the result; sets flags of FPSR.</summary>
    /// <param name="state">Gives FPCR, takes FPSR.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="fractionBits">Fraction bits of a fixed-point number, if there is one.</param>
    static abstract T Apply<T>(CpuState* state, T operand, int fractionBits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
