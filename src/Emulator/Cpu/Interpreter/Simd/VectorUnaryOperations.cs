using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The integer operations of two registers.</summary>
internal static unsafe class VectorUnaryOperations
{
    public readonly struct Absolute : IVectorUnary
    {
        // The least number stays as it is.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> negative = Vector128.LessThan(operand, Vector128<T>.Zero);
            return (operand ^ negative) - negative;
        }
    }

    public readonly struct Negate : IVectorUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Vector128<T>.Zero - operand;
    }

    public readonly struct Not : IVectorUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => ~operand;
    }

    /// <summary>SQABS and SQNEG: as the operation without saturation, but the least number's result is the greatest.</summary>
    public readonly struct Saturating<TOperation> : IVectorUnary
        where TOperation : struct, IVectorUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> least = Vector128.Equals(operand, Vector128.Create(T.MinValue));
            if (least != Vector128<T>.Zero)
            {
                Vectors.SetSaturated(state);
            }

            // All ones is minus one, and the least number minus one is the greatest.
            return TOperation.Apply(state, operand) + least;
        }
    }

    /// <summary>REV16, REV32, REV64: elements within a container.</summary>
    public readonly struct Reverse<TContainer> : IVectorUnary
        where TContainer : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => Permutations.Reverse(operand, sizeof(TContainer));
    }

    /// <summary>CNT, of bytes.</summary>
    public readonly struct PopulationCount : IVectorUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<byte> value = operand.AsByte();
            value -= (value >> 1) & Vector128.Create((byte)0x55);
            value = (value & Vector128.Create((byte)0x33)) + ((value >> 2) & Vector128.Create((byte)0x33));
            return ((value + (value >> 4)) & Vector128.Create((byte)0x0f)).As<byte, T>();
        }
    }

    /// <summary>RBIT, of bytes.</summary>
    public readonly struct ReverseBits : IVectorUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<byte> value = operand.AsByte();
            value = (value >> 4) | (value << 4);
            value = ((value >> 2) & Vector128.Create((byte)0x33)) | ((value & Vector128.Create((byte)0x33)) << 2);
            return (((value >> 1) & Vector128.Create((byte)0x55)) | ((value & Vector128.Create((byte)0x55)) << 1)).As<byte, T>();
        }
    }

    public readonly struct CountLeadingZeros : IVectorUnary
    {
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<T> result = default;
            for (int i = 0; i < Vector128<T>.Count; i++)
            {
                ((T*)&result)[i] = T.LeadingZeroCount(((T*)&operand)[i]);
            }

            return result;
        }
    }

    /// <summary>CLS: how many bits below the sign are like it.</summary>
    public readonly struct CountLeadingSignBits : IVectorUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
            CountLeadingZeros.Apply(state, operand ^ (operand >> 1)) - Vector128<T>.One;
    }

    /// <summary>CMEQ, CMGT, CMGE, CMLT, CMLE with zero.</summary>
    public readonly struct WithZero<TOperation> : IVectorUnary
        where TOperation : struct, IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
            TOperation.Apply(state, operand, operand, Vector128<T>.Zero);
    }

    /// <summary>URECPE.</summary>
    public readonly struct ReciprocalEstimate : IVectorUnary
    {
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<uint> value = operand.AsUInt32();
            for (int i = 0; i < 4; i++)
            {
                ((uint*)&value)[i] = SoftFloat.ReciprocalEstimate(((uint*)&value)[i]);
            }

            return value.As<uint, T>();
        }
    }

    /// <summary>URSQRTE.</summary>
    public readonly struct ReciprocalSquareRootEstimate : IVectorUnary
    {
        public static Vector128<T> Apply<T>(CpuState* state, Vector128<T> operand)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            Vector128<uint> value = operand.AsUInt32();
            for (int i = 0; i < 4; i++)
            {
                ((uint*)&value)[i] = SoftFloat.ReciprocalSquareRootEstimate(((uint*)&value)[i]);
            }

            return value.As<uint, T>();
        }
    }
}
