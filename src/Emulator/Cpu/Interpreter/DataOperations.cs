using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Interpreter;

/// <summary>The two-operand operations of the integer groups (Arm ARM C3.4, C3.5).</summary>
internal static unsafe class DataOperations
{
    /// <summary>Sets N and Z by a result and clears C and V, as logical instructions do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LogicalFlags<T>(CpuState* state, T result)
        where T : unmanaged, IWord<T>
    {
        SetSignAndZero(state, result);
        state->CarryFlag = 0;
        state->OverflowFlag = 0;
        return result;
    }

    /// <summary>AddWithCarry (Arm ARM, shared pseudocode) with all four flags.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T AddWithCarry<T>(CpuState* state, T left, T right, ulong carryIn)
        where T : unmanaged, IWord<T>
    {
        T sum = left + right;
        T result = sum + T.Truncate(carryIn);
        SetSignAndZero(state, result);
        state->CarryFlag = (sum < left ? 1UL : 0) | (result < sum ? 1UL : 0);
        state->OverflowFlag = SignOf((left ^ result) & (right ^ result));
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetSignAndZero<T>(CpuState* state, T result)
        where T : unmanaged, IWord<T>
    {
        state->NegativeFlag = T.WidenSigned(result);
        state->ZeroFlag = T.Widen(result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SignOf<T>(T value)
        where T : unmanaged, IWord<T> => T.Widen(value >>> ((sizeof(T) * 8) - 1));

    public readonly struct Add : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => left + right;
    }

    public readonly struct AddFlags : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T>
        {
            T result = left + right;
            SetSignAndZero(state, result);
            state->CarryFlag = result < left ? 1UL : 0;
            state->OverflowFlag = SignOf((left ^ result) & (right ^ result));
            return result;
        }
    }

    public readonly struct Subtract : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => left - right;
    }

    public readonly struct SubtractFlags : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T>
        {
            T result = left - right;
            SetSignAndZero(state, result);
            state->CarryFlag = left >= right ? 1UL : 0;
            state->OverflowFlag = SignOf((left ^ right) & (left ^ result));
            return result;
        }
    }

    public readonly struct And : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => left & right;
    }

    public readonly struct AndFlags : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => LogicalFlags(state, left & right);
    }

    public readonly struct BitClear : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => left & ~right;
    }

    public readonly struct BitClearFlags : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => LogicalFlags(state, left & ~right);
    }

    public readonly struct Or : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => left | right;
    }

    public readonly struct OrNot : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => left | ~right;
    }

    public readonly struct ExclusiveOr : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => left ^ right;
    }

    public readonly struct ExclusiveOrNot : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => left ^ ~right;
    }

    public readonly struct AddCarry : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => left + right + T.Truncate(state->CarryFlag);
    }

    public readonly struct AddCarryFlags : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => AddWithCarry(state, left, right, state->CarryFlag);
    }

    public readonly struct SubtractCarry : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => left + ~right + T.Truncate(state->CarryFlag);
    }

    public readonly struct SubtractCarryFlags : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => AddWithCarry(state, left, ~right, state->CarryFlag);
    }

    public readonly struct UnsignedDivide : IDataOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => right == T.Zero ? T.Zero : left / right;
    }

    public readonly struct SignedDivide : IDataOperation
    {
        // The one overflow, minimum / -1, gives the minimum again; the host would fault.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T>
        {
            if (right == T.Zero)
            {
                return T.Zero;
            }

            if (right == T.AllBitsSet)
            {
                return T.Zero - left;
            }

            return T.DivideSigned(left, right);
        }
    }

    /// <summary>Shift by a register: the amount counts modulo the width.</summary>
    public readonly struct VariableShift<TShift> : IDataOperation
        where TShift : struct, IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T left, T right)
            where T : unmanaged, IWord<T> => TShift.Apply(left, (int)T.Widen(right) & ((sizeof(T) * 8) - 1));
    }
}
