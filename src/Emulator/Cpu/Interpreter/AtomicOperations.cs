using System.Numerics;
using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Interpreter;

/// <summary>The operations of LD&lt;op&gt; and SWP.</summary>
internal static class AtomicOperations
{
    public readonly struct Add : IAtomicOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T memory, T operand)
            where T : unmanaged, IBinaryInteger<T> => memory + operand;
    }

    public readonly struct BitClear : IAtomicOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T memory, T operand)
            where T : unmanaged, IBinaryInteger<T> => memory & ~operand;
    }

    public readonly struct ExclusiveOr : IAtomicOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T memory, T operand)
            where T : unmanaged, IBinaryInteger<T> => memory ^ operand;
    }

    public readonly struct BitSet : IAtomicOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T memory, T operand)
            where T : unmanaged, IBinaryInteger<T> => memory | operand;
    }

    /// <summary>Signed or unsigned as the type is.</summary>
    public readonly struct Maximum : IAtomicOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T memory, T operand)
            where T : unmanaged, IBinaryInteger<T> => memory > operand ? memory : operand;
    }

    /// <summary>Signed or unsigned as the type is.</summary>
    public readonly struct Minimum : IAtomicOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T memory, T operand)
            where T : unmanaged, IBinaryInteger<T> => memory < operand ? memory : operand;
    }

    public readonly struct Swap : IAtomicOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T memory, T operand)
            where T : unmanaged, IBinaryInteger<T> => operand;
    }
}
