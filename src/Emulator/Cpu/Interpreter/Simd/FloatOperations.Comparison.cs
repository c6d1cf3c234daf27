using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Minimum, maximum and comparisons. Only NaNs need soft float, and denormals that are to be flushed.</summary>
internal static unsafe partial class FloatOperations
{
    public readonly struct Maximum : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreOrdered(state, left, right)
                ? Greater(left, right)
                : SoftFloatCalls.Binary(state, &SoftFloat.Maximum<T>, left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = Vector128.ConditionalSelect(
                Vector128.GreaterThan(left, right),
                left,
                Vector128.ConditionalSelect(Vector128.LessThan(left, right), right, left & right));
            return AreOrdered(state, left, right);
        }
    }

    public readonly struct Minimum : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreOrdered(state, left, right)
                ? Less(left, right)
                : SoftFloatCalls.Binary(state, &SoftFloat.Minimum<T>, left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = Vector128.ConditionalSelect(
                Vector128.LessThan(left, right),
                left,
                Vector128.ConditionalSelect(Vector128.GreaterThan(left, right), right, left | right));
            return AreOrdered(state, left, right);
        }
    }

    public readonly struct MaximumNumber : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreOrdered(state, left, right)
                ? Greater(left, right)
                : SoftFloatCalls.Binary(state, &SoftFloat.MaximumNumber<T>, left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = Vector128.ConditionalSelect(
                Vector128.GreaterThan(left, right),
                left,
                Vector128.ConditionalSelect(Vector128.LessThan(left, right), right, left & right));
            return AreOrdered(state, left, right);
        }
    }

    public readonly struct MinimumNumber : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreOrdered(state, left, right)
                ? Less(left, right)
                : SoftFloatCalls.Binary(state, &SoftFloat.MinimumNumber<T>, left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = Vector128.ConditionalSelect(
                Vector128.LessThan(left, right),
                left,
                Vector128.ConditionalSelect(Vector128.GreaterThan(left, right), right, left | right));
            return AreOrdered(state, left, right);
        }
    }

    /// <summary>FCMEQ: all bits set when it holds.</summary>
    public readonly struct CompareEqual : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreOrdered(state, left, right)
                ? FpFormat<T>.FromBits(left == right ? ulong.MaxValue : 0)
                : SoftFloatCalls.Compare(state, &SoftFloat.CompareEqual<T>, left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = Vector128.Equals(left, right);
            return AreOrdered(state, left, right);
        }
    }

    /// <summary>FCMGE: all bits set when it holds.</summary>
    public readonly struct CompareGreaterOrEqual : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreOrdered(state, left, right)
                ? FpFormat<T>.FromBits(left >= right ? ulong.MaxValue : 0)
                : SoftFloatCalls.Compare(state, &SoftFloat.CompareGreaterOrEqual<T>, left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = Vector128.GreaterThanOrEqual(left, right);
            return AreOrdered(state, left, right);
        }
    }

    /// <summary>FCMGT: all bits set when it holds.</summary>
    public readonly struct CompareGreater : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => AreOrdered(state, left, right)
                ? FpFormat<T>.FromBits(left > right ? ulong.MaxValue : 0)
                : SoftFloatCalls.Compare(state, &SoftFloat.CompareGreater<T>, left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = Vector128.GreaterThan(left, right);
            return AreOrdered(state, left, right);
        }
    }

    /// <summary>FCMLT and FCMLE, whose right operand is zero, as FCMGT and FCMGE the other way round.</summary>
    public readonly struct Swapped<TOperation> : IFloatOperation
        where TOperation : struct, IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => TOperation.Apply(state, addend, right, left);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => TOperation.TryApply(state, addend, right, left, out result);
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

    /// <summary>Whether both are numbers, and denormals count: then the host's comparison is the architecture's, and raises nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreOrdered<T>(CpuState* state, T left, T right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (left <= right || left > right) && HostFloat.KeepsDenormals<T>(state);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreOrdered<T>(CpuState* state, Vector128<T> left, Vector128<T> right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        HostFloat.KeepsDenormals<T>(state) && Vector128.EqualsAll(left, left) && Vector128.EqualsAll(right, right);

    // Equal ones differ at most in the sign of a zero, and the positive one is greater.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Greater<T>(T left, T right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => left > right
            ? left
            : left < right ? right : FpFormat<T>.FromBits(FpFormat<T>.ToBits(left) & FpFormat<T>.ToBits(right));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Less<T>(T left, T right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => left < right
            ? left
            : left > right ? right : FpFormat<T>.FromBits(FpFormat<T>.ToBits(left) | FpFormat<T>.ToBits(right));
}
