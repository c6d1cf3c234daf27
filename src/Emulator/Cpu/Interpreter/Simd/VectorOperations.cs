using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The integer operations of three registers (Arm ARM C3.5.7 to C3.5.10). Signed and unsigned ones differ by the type of their elements.</summary>
internal static unsafe partial class VectorOperations
{
    public readonly struct Add : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => left + right;
    }

    public readonly struct Subtract : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => left - right;
    }

    public readonly struct HalvingAdd : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => (left & right) + ((left ^ right) >> 1);
    }

    public readonly struct RoundingHalvingAdd : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => (left | right) - ((left ^ right) >> 1);
    }

    public readonly struct HalvingSubtract : IVectorOperation
    {
        // The lower halves' difference borrows when only the subtrahend is odd.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
            (left >> 1) - (right >> 1) - (~left & right & Vector128<T>.One);
    }

    public readonly struct Maximum : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.Max(left, right);
    }

    public readonly struct Minimum : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.Min(left, right);
    }

    public readonly struct AbsoluteDifference : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.Max(left, right) - Vector128.Min(left, right);
    }

    public readonly struct AbsoluteDifferenceAccumulate : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
            destination + AbsoluteDifference.Apply(state, destination, left, right);
    }

    public readonly struct Multiply : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => left * right;
    }

    public readonly struct MultiplyAdd : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => destination + (left * right);
    }

    public readonly struct MultiplySubtract : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => destination - (left * right);
    }

    /// <summary>PMUL and PMULL of bytes: the product of polynomials over {0, 1}. The right operand's elements have eight bits that count.</summary>
    public readonly struct PolynomialMultiply : IVectorOperation
    {
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> product = Vector128<T>.Zero;
            for (int i = 0; i < 8; i++)
            {
                product ^= (left << i) & (Vector128<T>.Zero - ((right >> i) & Vector128<T>.One));
            }

            return product;
        }
    }

    public readonly struct And : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => left & right;
    }

    public readonly struct BitClear : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => left & ~right;
    }

    public readonly struct Or : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => left | right;
    }

    public readonly struct OrNot : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => left | ~right;
    }

    public readonly struct ExclusiveOr : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => left ^ right;
    }

    /// <summary>BSL: the destination selects.</summary>
    public readonly struct Select : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.ConditionalSelect(destination, left, right);
    }

    /// <summary>BIT: the right operand selects what is inserted.</summary>
    public readonly struct InsertIfTrue : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.ConditionalSelect(right, left, destination);
    }

    /// <summary>BIF: the right operand selects what is kept.</summary>
    public readonly struct InsertIfFalse : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.ConditionalSelect(right, destination, left);
    }

    public readonly struct CompareEqual : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.Equals(left, right);
    }

    public readonly struct CompareGreater : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.GreaterThan(left, right);
    }

    public readonly struct CompareGreaterOrEqual : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128.GreaterThanOrEqual(left, right);
    }

    /// <summary>CMTST.</summary>
    public readonly struct TestBits : IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => ~Vector128.Equals(left & right, Vector128<T>.Zero);
    }

    /// <summary>CMLT and CMLE, whose right operand is zero, as CMGT and CMGE the other way round.</summary>
    public readonly struct Swapped<TOperation> : IVectorOperation
        where TOperation : struct, IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => TOperation.Apply(state, destination, right, left);
    }
}
