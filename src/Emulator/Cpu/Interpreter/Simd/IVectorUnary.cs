using System.Numerics;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What an instruction of two registers computes, element by element.</summary>
internal unsafe interface IVectorUnary
{
    /// <summary>Computes the result; sets QC if it saturates.</summary>
    static abstract Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}
