using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Operations that saturate, and say so in FPSR.QC.</summary>
internal static unsafe partial class VectorOperations
{
    public readonly struct SaturatingAdd : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
            Check(state, Vector128.AddSaturate(left, right), left + right);
    }

    public readonly struct SaturatingSubtract : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
            Check(state, Vector128.SubtractSaturate(left, right), left - right);
    }

    /// <summary>SUQADD: a signed number plus an unsigned one, in unsigned elements. With its sign bit inverted the signed one is unsigned too, and has the same limits.</summary>
    public readonly struct AccumulateUnsigned : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> sign = SignBits<T>();
            return SaturatingAdd.Apply(state, destination, destination ^ sign, left) ^ sign;
        }
    }

    /// <summary>USQADD: an unsigned number plus a signed one, in unsigned elements.</summary>
    public readonly struct AccumulateSigned : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> negative = Vector128.GreaterThanOrEqual(left, SignBits<T>());
            Vector128<T> sum = Vector128.ConditionalSelect(
                negative,
                Vector128.SubtractSaturate(destination, Vector128<T>.Zero - left),
                Vector128.AddSaturate(destination, left));
            return Check(state, sum, destination + left);
        }
    }

    /// <summary>SQDMULL, of operands that were widened.</summary>
    public readonly struct SaturatingDoublingMultiply : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> product = left * right;
            return SaturatingAdd.Apply(state, destination, product, product);
        }
    }

    /// <summary>SQDMLAL, of operands that were widened.</summary>
    public readonly struct SaturatingDoublingMultiplyAdd : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => SaturatingAdd.Apply(
                state, destination, destination, SaturatingDoublingMultiply.Apply(state, destination, left, right));
    }

    /// <summary>SQDMLSL, of operands that were widened.</summary>
    public readonly struct SaturatingDoublingMultiplySubtract : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => SaturatingSubtract.Apply(
                state, destination, destination, SaturatingDoublingMultiply.Apply(state, destination, left, right));
    }

    /// <summary>The sign bit of each element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> SignBits<T>()
        where T : unmanaged, IBinaryInteger<T> => Vector128.Create(T.One << ((sizeof(T) * 8) - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Check<T>(CpuState* state, Vector128<T> result, Vector128<T> wrapped)
        where T : unmanaged
    {
        if (result != wrapped)
        {
            Vectors.SetSaturated(state);
        }

        return result;
    }
}
