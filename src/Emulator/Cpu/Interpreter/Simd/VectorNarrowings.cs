using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The ways to make elements half as wide.</summary>
internal static unsafe class VectorNarrowings
{
    /// <summary>The upper half is dropped.</summary>
    public readonly struct Truncating : IVectorNarrowing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<TWide> Apply<TNarrow, TWide>(CpuState* state, Vector128<TWide> operand)
            where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
            where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide> => operand;
    }

    /// <summary>The nearest number that TNarrow can hold; signed and unsigned ones in all combinations.</summary>
    public readonly struct Saturating : IVectorNarrowing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<TWide> Apply<TNarrow, TWide>(CpuState* state, Vector128<TWide> operand)
            where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
            where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>
        {
            Vector128<TWide> least = Vector128.Create(TWide.CreateTruncating(TNarrow.MinValue));
            Vector128<TWide> greatest = Vector128.Create(TWide.CreateTruncating(TNarrow.MaxValue));
            Vector128<TWide> result = Vector128.Min(Vector128.Max(operand, least), greatest);
            if (result != operand)
            {
                Vectors.SetSaturated(state);
            }

            return result;
        }
    }
}
