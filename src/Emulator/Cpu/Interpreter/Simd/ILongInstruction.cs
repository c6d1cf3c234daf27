using System.Numerics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What a SIMD instruction does whose operands and result differ in the width of their elements.</summary>
internal unsafe interface ILongInstruction
{
    /// <summary>Does it.</summary>
    /// <typeparam name="TNarrow">An element of a 64-bit vector.</typeparam>
    /// <typeparam name="TWide">An element twice as wide, of a 128-bit vector.</typeparam>
    /// <typeparam name="TWidth">How many elements there are, counted by <typeparamref name="TWide"/>.</typeparam>
    static abstract void Execute<TNarrow, TWide, TWidth>(CpuState* state, DecodedOperation* operation)
        where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
        where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>
        where TWidth : struct, IVectorWidth;
}
