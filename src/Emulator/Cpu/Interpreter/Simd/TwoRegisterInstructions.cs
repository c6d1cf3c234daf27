using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The shapes of integer instructions of two registers: element by element, pairwise, across all elements.</summary>
internal static unsafe class TwoRegisterInstructions
{
    /// <summary>Element by element.</summary>
    public readonly struct Each<TOperation> : IVectorInstruction
        where TOperation : struct, IVectorUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            Vector128<T> operand = TWidth.Trim(Vectors.Read<T>(state, operation->Rn));
            Vectors.Write(state, operation->Rd, TWidth.Trim(TOperation.Apply(state, operand)));
        }
    }

    /// <summary>SADDLP, UADDLP, SADALP, UADALP: neighbours make an element twice as wide.</summary>
    public readonly struct AddLongPairwise<TAccumulate> : ILongInstruction
        where TAccumulate : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<TNarrow, TWide, TWidth>(CpuState* state, DecodedOperation* operation)
            where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
            where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>
            where TWidth : struct, IVectorWidth
        {
            int bits = sizeof(TNarrow) * 8;
            Vector128<TWide> pairs = Vectors.Read<TWide>(state, operation->Rn);
            Vector128<TWide> sum = (pairs << bits >> bits) + (pairs >> bits);
            if (TAccumulate.IsSet)
            {
                sum += Vectors.Read<TWide>(state, operation->Rd);
            }

            Vectors.Write(state, operation->Rd, TWidth.Trim(sum));
        }
    }

    /// <summary>ADDV, SMAXV, UMAXV, SMINV, UMINV: all elements become one.</summary>
    public readonly struct Across<TOperation> : IVectorInstruction
        where TOperation : struct, IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            // Folded at the middle until the first element holds them all; what stands in the others does not matter.
            Vector128<T> value = Vectors.Read<T>(state, operation->Rn);
            if (TWidth.IsFull)
            {
                value = TOperation.Apply(state, value, value, Vector128.CreateScalar(value.AsUInt64().GetElement(1)).As<ulong, T>());
            }

            for (int bits = 32; bits >= sizeof(T) * 8; bits >>= 1)
            {
                value = TOperation.Apply(state, value, value, (value.AsUInt64() >> bits).As<ulong, T>());
            }

            Vectors.WriteScalar(state, operation->Rd, value.ToScalar());
        }
    }

    /// <summary>SADDLV, UADDLV: the sum of all elements, twice as wide.</summary>
    public readonly struct AddLongAcross : ILongInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<TNarrow, TWide, TWidth>(CpuState* state, DecodedOperation* operation)
            where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
            where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>
            where TWidth : struct, IVectorWidth
        {
            int bits = sizeof(TNarrow) * 8;
            Vector128<TWide> pairs = TWidth.Trim(Vectors.Read<TWide>(state, operation->Rn));
            Vectors.WriteScalar(state, operation->Rd, Vector128.Sum((pairs << bits >> bits) + (pairs >> bits)));
        }
    }

    /// <summary>ADDP of the two doublewords of a register.</summary>
    public readonly struct AddPair : ISimdInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            Vectors.WriteLow(
                state, operation->Rd, Vectors.ReadHalf(state, operation->Rn, 0) + Vectors.ReadHalf(state, operation->Rn, 1));
    }
}
