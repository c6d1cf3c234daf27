using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Operations on one element after the other.</summary>
internal static unsafe class LaneOperations
{
    /// <summary>Does an operation on all elements.</summary>
    public readonly struct Each<TOperation> : IVectorOperation
        where TOperation : struct, ILaneOperation
    {
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> result = default;
            for (int i = 0; i < Vector128<T>.Count; i++)
            {
                ((T*)&result)[i] = TOperation.Apply(state, ((T*)&left)[i], ((T*)&right)[i]);
            }

            return result;
        }
    }

    /// <summary>SSHL, USHL and their rounding and saturating kin: the low byte of the right element is the shift, to the right when negative.</summary>
    public readonly struct Shift<TRounding, TSaturation> : ILaneOperation
        where TRounding : struct, IOption
        where TSaturation : struct, IOption
    {
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            int bits = sizeof(T) * 8;
            int shift = sbyte.CreateTruncating(right);
            if (shift >= 0)
            {
                T result = shift < bits ? left << shift : T.Zero;
                if (TSaturation.IsSet && left != (shift < bits ? result >> shift : T.Zero))
                {
                    Vectors.SetSaturated(state);
                    return T.IsNegative(left) ? T.MinValue : T.MaxValue;
                }

                return result;
            }

            if (-shift > bits)
            {
                return TRounding.IsSet ? T.Zero : left >> (bits - 1) >> 1;
            }

            T doubled = left >> (-shift - 1);
            return (doubled >> 1) + (TRounding.IsSet ? doubled & T.One : T.Zero);
        }
    }

    /// <summary>SQDMULH, SQRDMULH: the upper half of the doubled product of 16-bit or 32-bit elements.</summary>
    public readonly struct DoublingMultiplyHigh<TRounding> : ILaneOperation
        where TRounding : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            // Not doubled yet, the product fits; only that of both least numbers is too large afterwards.
            int bits = sizeof(T) * 8;
            long product = long.CreateTruncating(left) * long.CreateTruncating(right);
            if (left == T.MinValue && right == T.MinValue)
            {
                Vectors.SetSaturated(state);
                return T.MaxValue;
            }

            return T.CreateTruncating((product + (TRounding.IsSet ? 1L << (bits - 2) : 0)) >> (bits - 1));
        }
    }
}
