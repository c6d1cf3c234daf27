using System.Numerics;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What a shift by an immediate computes, element by element.</summary>
internal unsafe interface IVectorShift
{
    /// <summary>Computes the result; sets QC if it saturates.</summary>
    /// <param name="state">Takes QC.</param>
    /// <param name="destination">What the destination holds before.</param>
    /// <param name="operand">What to shift.</param>
    /// <param name="amount">0 to the width less one to the left, 1 to the width to the right.</param>
    static abstract Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> operand, int amount)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}
