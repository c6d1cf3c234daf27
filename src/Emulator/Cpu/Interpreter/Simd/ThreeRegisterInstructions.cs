using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The shapes of integer instructions of three registers (Arm ARM C4.1.93 to C4.1.97: three same, three different, by element).</summary>
internal static unsafe class ThreeRegisterInstructions
{
    /// <summary>All of the same width.</summary>
    public readonly struct Same<TOperation, TRight> : IVectorInstruction
        where TOperation : struct, IVectorOperation
        where TRight : struct, IRightOperand
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            // Elements that do not take part are zero on the way in, so that they never saturate.
            Vector128<T> destination = TWidth.Trim(Vectors.Read<T>(state, operation->Rd));
            Vector128<T> left = TWidth.Trim(Vectors.Read<T>(state, operation->Rn));
            Vector128<T> right = TWidth.Trim(TRight.Read<T>(state, operation));
            Vectors.Write(state, operation->Rd, TWidth.Trim(TOperation.Apply(state, destination, left, right)));
        }
    }

    /// <summary>Neighbours of the left register, then of the right one.</summary>
    public readonly struct Pairwise<TOperation> : IVectorInstruction
        where TOperation : struct, IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            Permutations.Concatenate<T, TWidth>(state, operation, out Vector128<T> left, out Vector128<T> right);
            Vector128<T> even = Permutations.UnzipEven(left, right);
            Vector128<T> odd = Permutations.UnzipOdd(left, right);
            Vectors.Write(state, operation->Rd, TWidth.Trim(TOperation.Apply(state, even, even, odd)));
        }
    }

    /// <summary>Long: half vectors are widened first, the lower or upper halves by A.</summary>
    public readonly struct Long<TOperation, TRight> : ILongInstruction
        where TOperation : struct, IVectorOperation
        where TRight : struct, IRightOperand
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<TNarrow, TWide, TWidth>(CpuState* state, DecodedOperation* operation)
            where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
            where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>
            where TWidth : struct, IVectorWidth
        {
            Vector128<TWide> destination = TWidth.Trim(Vectors.Read<TWide>(state, operation->Rd));
            Vector128<TWide> left = TWidth.Trim(Vectors.Widen<TNarrow, TWide>(Vectors.ReadHalf(state, operation->Rn, operation->A)));
            Vector128<TWide> right = TWidth.Trim(Vectors.Widen<TNarrow, TWide>(TRight.ReadHalf<TNarrow>(state, operation)));
            Vectors.Write(state, operation->Rd, TWidth.Trim(TOperation.Apply(state, destination, left, right)));
        }
    }

    /// <summary>Wide: only the right operand is widened.</summary>
    public readonly struct Wide<TOperation> : ILongInstruction
        where TOperation : struct, IVectorOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<TNarrow, TWide, TWidth>(CpuState* state, DecodedOperation* operation)
            where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
            where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>
            where TWidth : struct, IVectorWidth
        {
            Vector128<TWide> left = Vectors.Read<TWide>(state, operation->Rn);
            Vector128<TWide> right = Vectors.Widen<TNarrow, TWide>(Vectors.ReadHalf(state, operation->Rm, operation->A));
            Vectors.Write(state, operation->Rd, TOperation.Apply(state, left, left, right));
        }
    }

    /// <summary>High narrow: the upper halves of the results are kept, as the lower or upper half of the destination by A.</summary>
    public readonly struct HighNarrow<TOperation, TRounding> : ILongInstruction
        where TOperation : struct, IVectorOperation
        where TRounding : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<TNarrow, TWide, TWidth>(CpuState* state, DecodedOperation* operation)
            where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
            where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>
            where TWidth : struct, IVectorWidth
        {
            int bits = sizeof(TNarrow) * 8;
            Vector128<TWide> left = Vectors.Read<TWide>(state, operation->Rn);
            Vector128<TWide> right = Vectors.Read<TWide>(state, operation->Rm);
            Vector128<TWide> result = TOperation.Apply(state, left, left, right);
            if (TRounding.IsSet)
            {
                result += Vector128.Create(TWide.One << (bits - 1));
            }

            Vectors.WriteHalf(state, operation->Rd, operation->A, Vectors.Narrow(result >> bits));
        }
    }

    /// <summary>PMULL of doublewords: the 128-bit product of two polynomials over {0, 1}.</summary>
    public readonly struct PolynomialMultiplyDoubleword : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            ulong left = Vectors.ReadHalf(state, operation->Rn, operation->A);
            ulong right = Vectors.ReadHalf(state, operation->Rm, operation->A);
            Vectors.Write(state, operation->Rd, Carryless.Multiply(left, right));
        }
    }
}
