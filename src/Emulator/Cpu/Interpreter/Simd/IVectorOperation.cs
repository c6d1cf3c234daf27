using System.Numerics;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What an instruction of three registers computes, element by element.</summary>
internal unsafe interface IVectorOperation
{
    /// <summary>Computes the result.</summary>
    /// <param name="state">Takes QC.</param>
    /// <param name="destination">What the destination holds before.</param>
    /// <param name="left">First operand.</param>
    /// <param name="right">Second operand.</param>
    static abstract Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}
