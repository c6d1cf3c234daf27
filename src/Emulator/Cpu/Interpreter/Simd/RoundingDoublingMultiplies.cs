using System.Numerics;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>SQRDMLAH and SQRDMLSH, which round and saturate once, after the addition.</summary>
internal static unsafe class RoundingDoublingMultiplies
{
    /// <summary>The upper half of the destination above zeros, plus or minus the doubled product, of 16-bit or 32-bit elements.</summary>
    public readonly struct Accumulate<TSubtract> : IVectorOperation
        where TSubtract : struct, IOption
    {
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> left, Vector128<T> right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> result = default;
            for (int i = 0; i < Vector128<T>.Count; i++)
            {
                ((T*)&result)[i] = One(state, ((T*)&destination)[i], ((T*)&left)[i], ((T*)&right)[i]);
            }

            return result;
        }

        // Halved, so that the sum fits: the least bit of none of its terms is lost.
        private static T One<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            int bits = sizeof(T) * 8;
            long product = long.CreateTruncating(left) * long.CreateTruncating(right);
            long sum = (long.CreateTruncating(addend) << (bits - 1)) + (TSubtract.IsSet ? -product : product);
            long rounded = (sum + (1L << (bits - 2))) >> (bits - 1);
            T result = T.CreateTruncating(rounded);
            if (long.CreateTruncating(result) != rounded)
            {
                Vectors.SetSaturated(state);
                return rounded < 0 ? T.MinValue : T.MaxValue;
            }

            return result;
        }
    }
}
