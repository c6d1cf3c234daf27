using System.Numerics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What a SIMD instruction does with integer elements.</summary>
internal unsafe interface IVectorInstruction
{
    /// <summary>Does it.</summary>
    /// <typeparam name="T">An element, signed or unsigned by the instruction.</typeparam>
    /// <typeparam name="TWidth">How many of them.</typeparam>
    static abstract void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TWidth : struct, IVectorWidth;
}
