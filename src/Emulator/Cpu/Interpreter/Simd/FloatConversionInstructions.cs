using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Conversions between formats, and between the floating-point and the general-purpose registers.</summary>
internal static unsafe class FloatConversionInstructions
{
    /// <summary>FCVT between scalars.</summary>
    public readonly struct Convert<TFrom, TTo> : ISimdInstruction
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            Vectors.WriteScalar(state, operation->Rd, ConvertElement<TFrom, TTo>(state, Vectors.ReadElement<TFrom>(state, operation->Rn)));
    }

    /// <summary>FCVTL: from the lower or upper half by A.</summary>
    public readonly struct ConvertLong<TFrom, TTo> : ISimdInstruction
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            ulong operand = Vectors.ReadHalf(state, operation->Rn, operation->A);
            Vector128<TTo> result = default;
            for (int i = 0; i < 16 / sizeof(TTo); i++)
            {
                ((TTo*)&result)[i] = ConvertElement<TFrom, TTo>(state, ((TFrom*)&operand)[i]);
            }

            Vectors.Write(state, operation->Rd, result);
        }
    }

    /// <summary>FCVTN: to the lower or upper half by A.</summary>
    public readonly struct ConvertNarrow<TFrom, TTo> : ISimdInstruction
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<TFrom> operand = Vectors.Read<TFrom>(state, operation->Rn);
            ulong result = 0;
            for (int i = 0; i < 16 / sizeof(TFrom); i++)
            {
                ((TTo*)&result)[i] = ConvertElement<TFrom, TTo>(state, ((TFrom*)&operand)[i]);
            }

            Vectors.WriteHalf(state, operation->Rd, operation->A, result);
        }
    }

    /// <summary>FCVTXN: to the lower or upper half by A; of a scalar only the first element.</summary>
    public readonly struct ConvertNarrowToOdd<TWidth> : ISimdInstruction
        where TWidth : struct, IVectorWidth
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<double> operand = Vectors.Read<double>(state, operation->Rn);
            ulong result = 0;
            for (int i = 0; i < TWidth.Count<double>(); i++)
            {
                ((float*)&result)[i] = SoftFloatCalls.ConvertToOdd(state, ((double*)&operand)[i]);
            }

            Vectors.WriteHalf(state, operation->Rd, operation->A, result);
        }
    }

    /// <summary>FCVT*S and FCVT*U to a general-purpose register of type T; B is the number of fraction bits.</summary>
    public readonly struct ToGeneral<TInteger, TRounding> : IFloatInstruction
        where TInteger : unmanaged, IBinaryInteger<TInteger>
        where TRounding : struct, IRoundingMode
    {
        private static bool IsUnsigned => typeof(TInteger) == typeof(uint) || typeof(TInteger) == typeof(ulong);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            T operand = Vectors.ReadElement<T>(state, operation->Rn);
            state->X[operation->Rd] = FloatConversions.ToFixed(
                state, operand, operation->B, IsUnsigned, sizeof(TInteger) * 8, TRounding.Mode(state));
        }
    }

    /// <summary>SCVTF and UCVTF from a general-purpose register of type T; B is the number of fraction bits.</summary>
    public readonly struct FromGeneral<TInteger> : IFloatInstruction
        where TInteger : unmanaged, IBinaryInteger<TInteger>
    {
        private static bool IsUnsigned => typeof(TInteger) == typeof(uint) || typeof(TInteger) == typeof(ulong);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            ulong extended = ulong.CreateTruncating(TInteger.CreateTruncating(state->X[operation->Rn]));

            Vectors.WriteScalar(state, operation->Rd, FloatConversions.FromFixed<T>(state, extended, operation->B, IsUnsigned));
        }
    }

    /// <summary>FMOV to a general-purpose register, from half A of the register.</summary>
    public readonly struct MoveToGeneral<T> : ISimdInstruction
        where T : unmanaged, IBinaryInteger<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            state->X[operation->Rd] = ulong.CreateTruncating(Vectors.ReadElement<T>(state, operation->Rn, operation->A));
    }

    /// <summary>FMOV from a general-purpose register, the rest becoming zero.</summary>
    public readonly struct MoveFromGeneral<T> : ISimdInstruction
        where T : unmanaged, IBinaryInteger<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            Vectors.WriteScalar(state, operation->Rd, T.CreateTruncating(state->X[operation->Rn]));
    }

    /// <summary>FMOV from a general-purpose register to the upper half, the lower one staying.</summary>
    public readonly struct MoveTopHalfFromGeneral : ISimdInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            Vectors.WriteElement(state, operation->Rd, 1, state->X[operation->Rn]);
    }

    /// <summary>FJCVTZS: to an integer modulo 2^32; Z tells that it is exact.</summary>
    public readonly struct JavaScriptToFixed : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            const uint zeroBit = 1u << 30;
            double operand = Vectors.ReadElement<double>(state, operation->Rn);
            state->X[operation->Rd] = SoftFloatCalls.ToFixedOfJavaScript(state, operand, out bool isExact);
            state->SetFlags(isExact ? zeroBit : 0);
        }
    }

    // Single to double is exact; double to single is the host's when the result is ordinary.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTo ConvertElement<TFrom, TTo>(CpuState* state, TFrom operand)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TFrom) == typeof(float) && typeof(TTo) == typeof(double) && HostFloat.IsOrdinary(operand))
        {
            return Unsafe.BitCast<double, TTo>(Unsafe.BitCast<TFrom, float>(operand));
        }

        if (typeof(TFrom) == typeof(double) && typeof(TTo) == typeof(float) && HostFloat.IsUsable<TFrom>(state))
        {
            double wide = Unsafe.BitCast<TFrom, double>(operand);
            float result = (float)wide;
            if (HostFloat.IsOrdinary(result))
            {
                if (result != wide)
                {
                    HostFloat.SetInexact(state);
                }

                return Unsafe.BitCast<float, TTo>(result);
            }
        }

        return SoftFloatCalls.Convert<TFrom, TTo>(state, operand);
    }
}
