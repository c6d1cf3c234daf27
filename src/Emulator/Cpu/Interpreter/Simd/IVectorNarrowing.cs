using System.Numerics;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>How elements are made half as wide.</summary>
internal unsafe interface IVectorNarrowing
{
    /// <summary>Computes results that are in range of <typeparamref name="TNarrow"/>, or of which the lower half counts.</summary>
    /// <param name="state">Takes QC.</param>
    /// <param name="operand">The elements, shifted already.</param>
    static abstract Vector128<TWide> Apply<TNarrow, TWide>(CpuState* state, Vector128<TWide> operand)
        where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
        where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>;
}
