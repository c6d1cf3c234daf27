using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Interpreter;

/// <summary>ConditionHolds (Arm ARM, shared pseudocode).</summary>
internal static unsafe class Conditions
{
    /// <summary>Number of conditions; the last two, AL and NV, always hold.</summary>
    public const int Count = 16;

    /// <summary>One condition, known when the instruction is decoded.</summary>
    internal interface ICondition
    {
        /// <summary>Whether it holds.</summary>
        static abstract bool Holds(CpuState* state);
    }

    /// <summary>Whether a condition holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(CpuState* state, int condition)
    {
        bool result = (condition >> 1) switch
        {
            0 => Equal.Holds(state),
            1 => CarrySet.Holds(state),
            2 => Negative.Holds(state),
            3 => OverflowSet.Holds(state),
            4 => Higher.Holds(state),
            5 => GreaterOrEqual.Holds(state),
            6 => Greater.Holds(state),
            _ => true,
        };
        return result != ((condition & 1) != 0 && condition != 15);
    }

    public readonly struct Not<TCondition> : ICondition
        where TCondition : struct, ICondition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds(CpuState* state) => !TCondition.Holds(state);
    }

    public readonly struct Equal : ICondition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds(CpuState* state) => state->ZeroFlag == 0;
    }

    public readonly struct CarrySet : ICondition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds(CpuState* state) => state->CarryFlag != 0;
    }

    public readonly struct Negative : ICondition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds(CpuState* state) => state->NegativeFlag < 0;
    }

    public readonly struct OverflowSet : ICondition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds(CpuState* state) => state->OverflowFlag != 0;
    }

    public readonly struct Higher : ICondition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds(CpuState* state) => state->CarryFlag != 0 && state->ZeroFlag != 0;
    }

    public readonly struct GreaterOrEqual : ICondition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds(CpuState* state) => (state->NegativeFlag < 0) == (state->OverflowFlag != 0);
    }

    public readonly struct Greater : ICondition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds(CpuState* state) => state->ZeroFlag != 0 && (state->NegativeFlag < 0) == (state->OverflowFlag != 0);
    }

    public readonly struct Always : ICondition
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds(CpuState* state) => true;
    }
}
