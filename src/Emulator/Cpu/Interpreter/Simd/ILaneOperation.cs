using System.Numerics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What an instruction of three registers computes of two elements; for those that are no vector operations on the host.</summary>
internal unsafe interface ILaneOperation
{
    /// <summary>Computes an element of the result.</summary>
    static abstract T Apply<T>(CpuState* state, T left, T right)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}
