using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Where an instruction of three registers takes its last operand from.</summary>
internal unsafe interface IRightOperand
{
    /// <summary>The operand as a whole vector.</summary>
    static abstract Vector128<T> Read<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged;

    /// <summary>The operand of an instruction that works on one element.</summary>
    static abstract T ReadScalar<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged;

    /// <summary>The operand as half a vector, the lower or the upper one by <see cref="DecodedOperation.A"/>.</summary>
    static abstract ulong ReadHalf<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged;
}
