using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Shifts by an immediate (Arm ARM C3.5.15). The host shifts modulo the width, so that a shift by all of it takes two steps.</summary>
internal static unsafe class VectorShifts
{
    public readonly struct Left : IVectorShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> operand, int amount)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => operand << amount;
    }

    /// <summary>SSHR and USHR, by the signedness of the elements.</summary>
    public readonly struct Right : IVectorShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> operand, int amount)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => operand >> (amount - 1) >> 1;
    }

    /// <summary>SRSHR and URSHR: the last bit that is shifted out is added.</summary>
    public readonly struct RoundingRight : IVectorShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> operand, int amount)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> doubled = operand >> (amount - 1);
            return (doubled >> 1) + (doubled & Vector128<T>.One);
        }
    }

    /// <summary>SSRA, USRA, SRSRA, URSRA.</summary>
    public readonly struct Accumulate<TShift> : IVectorShift
        where TShift : struct, IVectorShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> operand, int amount)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
            destination + TShift.Apply(state, destination, operand, amount);
    }

    /// <summary>SLI: the destination keeps the bits that zeros would be shifted into.</summary>
    public readonly struct LeftInsert : IVectorShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> operand, int amount)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
            (destination & ~(Vector128<T>.AllBitsSet << amount)) | (operand << amount);
    }

    /// <summary>SRI, of unsigned elements: the destination keeps the bits that zeros would be shifted into.</summary>
    public readonly struct RightInsert : IVectorShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> operand, int amount)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
            (destination & ~(Vector128<T>.AllBitsSet >> (amount - 1) >> 1)) | (operand >> (amount - 1) >> 1);
    }

    /// <summary>SQSHL and UQSHL, by the signedness of the elements.</summary>
    public readonly struct SaturatingLeft : IVectorShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> operand, int amount)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> result = operand << amount;
            Vector128<T> fits = Vector128.Equals(result >> amount, operand);
            if (fits == Vector128<T>.AllBitsSet)
            {
                return result;
            }

            Vectors.SetSaturated(state);
            Vector128<T> limit = Vector128.ConditionalSelect(
                Vector128.LessThan(operand, Vector128<T>.Zero), Vector128.Create(T.MinValue), Vector128.Create(T.MaxValue));
            return Vector128.ConditionalSelect(fits, result, limit);
        }
    }

    /// <summary>SQSHLU: signed elements, limited to what an unsigned one can hold.</summary>
    public readonly struct SaturatingLeftUnsigned : IVectorShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> destination, Vector128<T> operand, int amount)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> result = operand << amount;
            Vector128<T> negative = Vector128.LessThan(operand, Vector128<T>.Zero);
            Vector128<T> fits = Vector128.Equals(result >>> amount, operand) & ~negative;
            if (fits != Vector128<T>.AllBitsSet)
            {
                Vectors.SetSaturated(state);
            }

            return Vector128.ConditionalSelect(fits, result, ~negative);
        }
    }
}
