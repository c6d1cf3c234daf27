using System.Numerics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What an instruction does with floating-point elements.</summary>
internal unsafe interface IFloatInstruction
{
    /// <summary>Does it.</summary>
    /// <typeparam name="T">An element, <see cref="Half"/>, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <typeparam name="TWidth">How many of them.</typeparam>
    static abstract void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IVectorWidth;
}
