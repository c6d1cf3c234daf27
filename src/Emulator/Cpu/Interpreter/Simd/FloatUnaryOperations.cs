using System.Numerics;
using System.Runtime.CompilerServices;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The floating-point operations of two registers.</summary>
internal static unsafe class FloatUnaryOperations
{
    public readonly struct Absolute : IFloatUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => FloatOperations.Absolute(operand);
    }

    public readonly struct Negate : IFloatUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => FloatOperations.Negate(operand);
    }

    public readonly struct Move : IFloatUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => operand;
    }

    public readonly struct SquareRoot : IFloatUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T result = T.Sqrt(operand);
            if (HostFloat.IsUsable<T>(state) && HostFloat.IsErrorExact(operand) && HostFloat.IsOrdinary(result))
            {
                if (!HostFloat.IsInexactKnown(state) && T.FusedMultiplyAdd(result, result, -operand) != T.Zero)
                {
                    HostFloat.SetInexact(state);
                }

                return result;
            }

            return SoftFloatCalls.Unary(state, &SoftFloat.SquareRoot<T>, operand);
        }
    }

    /// <summary>FRINT*: TExact for FRINTX, which raises Inexact.</summary>
    public readonly struct RoundToInteger<TRounding, TExact> : IFloatUnary
        where TRounding : struct, IRoundingMode
        where TExact : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            FpRounding rounding = TRounding.Mode(state);
            if (FloatConversions.TryRoundOnHost(state, operand, rounding, out T result))
            {
                if (TExact.IsSet && result != operand)
                {
                    HostFloat.SetInexact(state);
                }

                return result;
            }

            return SoftFloatCalls.RoundToInteger(state, operand, rounding, TExact.IsSet);
        }
    }

    /// <summary>FRINT32* and FRINT64*: to an integer that fits 32 bits, or with TLong 64.</summary>
    public readonly struct RoundToLimitedInteger<TRounding, TLong> : IFloatUnary
        where TRounding : struct, IRoundingMode
        where TLong : struct, IOption
    {
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SoftFloatCalls.RoundToLimitedInteger(state, operand, TRounding.Mode(state), TLong.IsSet ? 64 : 32);
    }

    /// <summary>FCVT*S and FCVT*U between elements of one width.</summary>
    public readonly struct ConvertToFixed<TRounding, TUnsigned> : IFloatUnary
        where TRounding : struct, IRoundingMode
        where TUnsigned : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => FpFormat<T>.FromBits(
                FloatConversions.ToFixed(state, operand, fractionBits, TUnsigned.IsSet, sizeof(T) * 8, TRounding.Mode(state)));
    }

    /// <summary>SCVTF and UCVTF between elements of one width.</summary>
    public readonly struct ConvertFromFixed<TUnsigned> : IFloatUnary
        where TUnsigned : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ulong bits = FpFormat<T>.ToBits(operand);
            int unused = 64 - (sizeof(T) * 8);
            ulong extended = TUnsigned.IsSet ? bits : (ulong)((long)(bits << unused) >> unused);
            return FloatConversions.FromFixed<T>(state, extended, fractionBits, TUnsigned.IsSet);
        }
    }

    public readonly struct ReciprocalEstimate : IFloatUnary
    {
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SoftFloatCalls.Unary(state, &SoftFloat.ReciprocalEstimate<T>, operand);
    }

    public readonly struct ReciprocalSquareRootEstimate : IFloatUnary
    {
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SoftFloatCalls.Unary(state, &SoftFloat.ReciprocalSquareRootEstimate<T>, operand);
    }

    public readonly struct ReciprocalExponent : IFloatUnary
    {
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            SoftFloatCalls.Unary(state, &SoftFloat.ReciprocalExponent<T>, operand);
    }

    /// <summary>FCMEQ, FCMGT, FCMGE, FCMLT, FCMLE with zero.</summary>
    public readonly struct WithZero<TOperation> : IFloatUnary
        where TOperation : struct, IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(CpuState* state, T operand, int fractionBits)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => TOperation.Apply(state, operand, operand, T.Zero);
    }
}
