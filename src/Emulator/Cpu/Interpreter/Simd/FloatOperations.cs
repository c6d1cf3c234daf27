using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Floating-point arithmetic: on the host where <see cref="HostFloat"/> says that it gives the same, else by <see cref="SoftFloat"/>.</summary>
internal static unsafe partial class FloatOperations
{
    public readonly struct Add : IFloatOperation
    {
        // A sum that is denormal is exact.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T result = left + right;
            if (!HostFloat.IsUsable<T>(state) || !T.IsFinite(result))
            {
                return SoftFloatCalls.Binary(state, &SoftFloat.Add<T>, left, right);
            }

            if (!HostFloat.IsInexactKnown(state) && HostFloat.SumError(left, right, result) != T.Zero)
            {
                HostFloat.SetInexact(state);
            }

            return result;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = left + right;
            return AreFinite(state, result);
        }
    }

    public readonly struct Subtract : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T result = left - right;
            if (!HostFloat.IsUsable<T>(state) || !T.IsFinite(result))
            {
                return SoftFloatCalls.Binary(state, &SoftFloat.Subtract<T>, left, right);
            }

            if (!HostFloat.IsInexactKnown(state) && HostFloat.SumError(left, -right, result) != T.Zero)
            {
                HostFloat.SetInexact(state);
            }

            return result;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = left - right;
            return AreFinite(state, result);
        }
    }

    public readonly struct Multiply : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T result = left * right;
            if (HostFloat.IsUsable<T>(state) && HostFloat.IsOrdinary(result))
            {
                if (HostFloat.IsInexactKnown(state))
                {
                    return result;
                }

                if (HostFloat.IsErrorExact(result))
                {
                    SetInexactIf(state, T.FusedMultiplyAdd(left, right, -result) != T.Zero);
                    return result;
                }
            }

            return SoftFloatCalls.Binary(state, &SoftFloat.Multiply<T>, left, right);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = left * right;
            return AreOrdinary(state, result);
        }
    }

    /// <summary>FNMUL.</summary>
    public readonly struct MultiplyNegate : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => Negate(Multiply.Apply(state, addend, left, right));
    }

    public readonly struct MultiplyExtended : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SoftFloatCalls.Binary(state, &SoftFloat.MultiplyExtended<T>, left, right);
    }

    public readonly struct Divide : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T result = left / right;
            if (HostFloat.IsUsable<T>(state) && HostFloat.IsOrdinary(result))
            {
                if (HostFloat.IsInexactKnown(state))
                {
                    return result;
                }

                if (HostFloat.IsErrorExact(left) && HostFloat.IsErrorExact(right) && HostFloat.IsErrorExact(result))
                {
                    SetInexactIf(state, T.FusedMultiplyAdd(result, right, -left) != T.Zero);
                    return result;
                }
            }

            return SoftFloatCalls.Binary(state, &SoftFloat.Divide<T>, left, right);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            result = left / right;
            return AreOrdinary(state, result);
        }
    }

    /// <summary>FMADD, FMLA and, with operands negated, their kin: addend + left * right, rounded once.</summary>
    public readonly struct MultiplyAdd<TNegateProduct, TNegateAddend> : IFloatOperation
        where TNegateProduct : struct, IOption
        where TNegateAddend : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            // Also of a NaN the sign changes.
            left = TNegateProduct.IsSet ? Negate(left) : left;
            addend = TNegateAddend.IsSet ? Negate(addend) : addend;
            if (HostFloat.IsUsable<T>(state) && HostFloat.IsInexactKnown(state))
            {
                T result = T.FusedMultiplyAdd(left, right, addend);
                if (HostFloat.IsOrdinary(result))
                {
                    return result;
                }
            }

            return SoftFloatCalls.MultiplyAdd(state, addend, left, right);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool TryApply<T>(
            CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Vector128<T> sign = Vector128.Create(T.NegativeZero);
            left = TNegateProduct.IsSet ? left ^ sign : left;
            addend = TNegateAddend.IsSet ? addend ^ sign : addend;
            result = sizeof(T) == 4
                ? Vector128.FusedMultiplyAdd(left.AsSingle(), right.AsSingle(), addend.AsSingle()).As<float, T>()
                : Vector128.FusedMultiplyAdd(left.AsDouble(), right.AsDouble(), addend.AsDouble()).As<double, T>();
            return AreOrdinary(state, result);
        }
    }

    public readonly struct ReciprocalStep : IFloatOperation
    {
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SoftFloatCalls.Binary(state, &SoftFloat.ReciprocalStep<T>, left, right);
    }

    public readonly struct ReciprocalSquareRootStep : IFloatOperation
    {
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SoftFloatCalls.Binary(state, &SoftFloat.ReciprocalSquareRootStep<T>, left, right);
    }

    /// <summary>FABD.</summary>
    public readonly struct AbsoluteDifference : IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T addend, T left, T right)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => Absolute(Subtract.Apply(state, addend, left, right));
    }

    /// <summary>FPNeg: the sign bit, also of a NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Negate<T>(T value)
        where T : unmanaged => FpFormat<T>.FromBits(FpFormat<T>.ToBits(value) ^ FpFormat<T>.SignBit);

    /// <summary>FPAbs: without the sign bit, also of a NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Absolute<T>(T value)
        where T : unmanaged => FpFormat<T>.FromBits(FpFormat<T>.ToBits(value) & ~FpFormat<T>.SignBit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetInexactIf(CpuState* state, bool inexact)
    {
        if (inexact)
        {
            HostFloat.SetInexact(state);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreFinite<T>(CpuState* state, Vector128<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        HostFloat.IsUsable<T>(state) && HostFloat.IsInexactKnown(state)
        && Vector128.LessThanAll(Vector128.Abs(result), Vector128.Create(T.PositiveInfinity));

    // As HostFloat.IsOrdinary: greater than twice the least normal number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreOrdinary<T>(CpuState* state, Vector128<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        AreFinite(state, result)
        && Vector128.GreaterThanAll(
            Vector128.Abs(result), Vector128.Create(FpFormat<T>.FromBits(2UL << FpFormat<T>.FractionBits)));
}
