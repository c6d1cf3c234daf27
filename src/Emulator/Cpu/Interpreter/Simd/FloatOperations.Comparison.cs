using System.Numerics;
using System.Runtime.CompilerServices;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Minimum, maximum and comparisons. Different numbers need no soft float unless denormals are to be flushed.</summary>
internal static unsafe partial class FloatOperations
{
    public readonly struct Maximum : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreDifferent(state, left, right)
                ? (left > right ? left : right)
                : SoftFloatCalls.Binary(state, &SoftFloat.Maximum<T>, left, right);
    }

    public readonly struct Minimum : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreDifferent(state, left, right)
                ? (left < right ? left : right)
                : SoftFloatCalls.Binary(state, &SoftFloat.Minimum<T>, left, right);
    }

    public readonly struct MaximumNumber : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreDifferent(state, left, right)
                ? (left > right ? left : right)
                : SoftFloatCalls.Binary(state, &SoftFloat.MaximumNumber<T>, left, right);
    }

    public readonly struct MinimumNumber : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreDifferent(state, left, right)
                ? (left < right ? left : right)
                : SoftFloatCalls.Binary(state, &SoftFloat.MinimumNumber<T>, left, right);
    }

    /// <summary>FCMEQ: all bits set when it holds.</summary>
    public readonly struct CompareEqual : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreDifferent(state, left, right)
                ? T.Zero
                : SoftFloatCalls.Compare(state, &SoftFloat.CompareEqual<T>, left, right);
    }

    /// <summary>FCMGE: all bits set when it holds.</summary>
    public readonly struct CompareGreaterOrEqual : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreDifferent(state, left, right)
                ? Mask<T>(left > right)
                : SoftFloatCalls.Compare(state, &SoftFloat.CompareGreaterOrEqual<T>, left, right);
    }

    /// <summary>FCMGT: all bits set when it holds.</summary>
    public readonly struct CompareGreater : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreDifferent(state, left, right)
                ? Mask<T>(left > right)
                : SoftFloatCalls.Compare(state, &SoftFloat.CompareGreater<T>, left, right);
    }

    /// <summary>FCMLT and FCMLE, whose right operand is zero, as FCMGT and FCMGE the other way round.</summary>
    public readonly struct Swapped<TOperation> : IFloatOperation
        where TOperation : struct, IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => TOperation.Apply(state, addend, right, left);
    }

    /// <summary>FACGE, FACGT: of magnitudes.</summary>
    public readonly struct OfMagnitudes<TOperation> : IFloatOperation
        where TOperation : struct, IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            TOperation.Apply(state, addend, Absolute(left), Absolute(right));
    }

    /// <summary>Whether both are numbers, denormals count, and one is greater.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreDifferent<T>(CpuState* state, T left, T right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (left < right || left > right) && HostFloat.KeepsDenormals(state);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Mask<T>(bool holds)
        where T : unmanaged => FpFormat<T>.FromBits(holds ? ulong.MaxValue : 0);
}
