using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The shapes of floating-point instructions, on scalars and vectors.</summary>
internal static unsafe class FloatInstructions
{
    /// <summary>Three registers, the destination being an operand too.</summary>
    public readonly struct ThreeRegisters<TOperation, TRight> : IFloatInstruction
        where TOperation : struct, IFloatOperation
        where TRight : struct, IRightOperand
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            if (TWidth.Count<T>() == 1)
            {
                T addend = Vectors.ReadElement<T>(state, operation->Rd);
                T left = Vectors.ReadElement<T>(state, operation->Rn);
                Vectors.WriteScalar(state, operation->Rd, TOperation.Apply(state, addend, left, TRight.ReadScalar<T>(state, operation)));
            }
            else
            {
                Vector128<T> addend = Vectors.Read<T>(state, operation->Rd);
                Vector128<T> left = Vectors.Read<T>(state, operation->Rn);
                Vector128<T> right = TRight.Read<T>(state, operation);
                Vectors.Write(state, operation->Rd, ApplyToEach<TOperation, T, TWidth>(state, addend, left, right));
            }
        }
    }

    /// <summary>FMADD and its kin: the addend is in register Ra.</summary>
    public readonly struct FourRegisters<TOperation> : IFloatInstruction
        where TOperation : struct, IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            T addend = Vectors.ReadElement<T>(state, operation->Ra);
            T left = Vectors.ReadElement<T>(state, operation->Rn);
            T right = Vectors.ReadElement<T>(state, operation->Rm);
            Vectors.WriteScalar(state, operation->Rd, TOperation.Apply(state, addend, left, right));
        }
    }

    /// <summary>Neighbours of the left register, then of the right one.</summary>
    public readonly struct Pairwise<TOperation> : IFloatInstruction
        where TOperation : struct, IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            if (sizeof(T) == 2)
            {
                // The host has no vectors of half precision to unzip.
                Vector128<T> result = default;
                int count = TWidth.Count<T>();
                for (int i = 0; i < count; i++)
                {
                    int register = 2 * i < count ? operation->Rn : operation->Rm;
                    T left = Vectors.ReadElement<T>(state, register, 2 * i % count);
                    ((T*)&result)[i] = TOperation.Apply(state, left, left, Vectors.ReadElement<T>(state, register, (2 * i % count) + 1));
                }

                Vectors.Write(state, operation->Rd, result);
                return;
            }

            Permutations.Concatenate<T, TWidth>(state, operation, out Vector128<T> first, out Vector128<T> second);
            Vector128<T> even = Permutations.UnzipEven(first, second);
            Vector128<T> odd = Permutations.UnzipOdd(first, second);
            Vectors.Write(state, operation->Rd, ApplyToEach<TOperation, T, TWidth>(state, even, even, odd));
        }
    }

    /// <summary>The first two elements of a register.</summary>
    public readonly struct Pair<TOperation> : IFloatInstruction
        where TOperation : struct, IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            T first = Vectors.ReadElement<T>(state, operation->Rn);
            T second = Vectors.ReadElement<T>(state, operation->Rn, 1);
            Vectors.WriteScalar(state, operation->Rd, TOperation.Apply(state, first, first, second));
        }
    }

    /// <summary>FMAXV and its kin: all elements become one, first each half.</summary>
    public readonly struct Across<TOperation> : IFloatInstruction
        where TOperation : struct, IFloatOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            T* values = stackalloc T[TWidth.Count<T>()];
            for (int i = 0; i < TWidth.Count<T>(); i++)
            {
                values[i] = Vectors.ReadElement<T>(state, operation->Rn, i);
            }

            // Neighbours first, then their results, is the order of the architecture's Reduce.
            for (int count = TWidth.Count<T>() / 2; count > 0; count /= 2)
            {
                for (int i = 0; i < count; i++)
                {
                    values[i] = TOperation.Apply(state, values[2 * i], values[2 * i], values[(2 * i) + 1]);
                }
            }

            Vectors.WriteScalar(state, operation->Rd, values[0]);
        }
    }

    /// <summary>Two registers; B is the number of fraction bits.</summary>
    public readonly struct TwoRegisters<TOperation> : IFloatInstruction
        where TOperation : struct, IFloatUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            if (TWidth.Count<T>() == 1)
            {
                T operand = Vectors.ReadElement<T>(state, operation->Rn);
                Vectors.WriteScalar(state, operation->Rd, TOperation.Apply(state, operand, operation->B));
                return;
            }

            Vector128<T> vector = Vectors.Read<T>(state, operation->Rn);
            Vector128<T> result = default;
            for (int i = 0; i < TWidth.Count<T>(); i++)
            {
                ((T*)&result)[i] = TOperation.Apply(state, ((T*)&vector)[i], operation->B);
            }

            Vectors.Write(state, operation->Rd, result);
        }
    }

    /// <summary>FCMP, FCMPE; with zero when B is set.</summary>
    public readonly struct Compare<TSignaling> : IFloatInstruction
        where TSignaling : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            T left = Vectors.ReadElement<T>(state, operation->Rn);
            T right = operation->B != 0 ? T.Zero : Vectors.ReadElement<T>(state, operation->Rm);
            SetFlags(state, left, right, TSignaling.IsSet);
        }
    }

    /// <summary>FCCMP, FCCMPE: A is the condition, B the flags when it does not hold.</summary>
    public readonly struct ConditionalCompare<TSignaling> : IFloatInstruction
        where TSignaling : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            if (Conditions.Holds(state, operation->A))
            {
                T left = Vectors.ReadElement<T>(state, operation->Rn);
                SetFlags(state, left, Vectors.ReadElement<T>(state, operation->Rm), TSignaling.IsSet);
            }
            else
            {
                state->SetFlags((uint)operation->B << 28);
            }
        }
    }

    /// <summary>FCSEL: A is the condition.</summary>
    public readonly struct ConditionalSelect : IFloatInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            int taken = Conditions.Holds(state, operation->A) ? operation->Rn : operation->Rm;
            Vectors.WriteScalar(state, operation->Rd, Vectors.ReadElement<T>(state, taken));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetFlags<T>(CpuState* state, T left, T right, bool signalNaNs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (FloatOperations.AreOrdered(state, left, right))
        {
            // Equal is Z and C, less is N, greater is C.
            state->NegativeFlag = left < right ? -1 : 0;
            state->ZeroFlag = left == right ? 0UL : 1;
            state->CarryFlag = left < right ? 0UL : 1;
            state->OverflowFlag = 0;
        }
        else
        {
            state->SetFlags(SoftFloatCalls.CompareFlags(state, left, right, signalNaNs));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> ApplyToEach<TOperation, T, TWidth>(
        CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right)
        where TOperation : struct, IFloatOperation
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IVectorWidth
    {
        if (sizeof(T) != 2 && TWidth.IsFull && TOperation.TryApply(state, addend, left, right, out Vector128<T> result))
        {
            return result;
        }

        result = default;
        for (int i = 0; i < TWidth.Count<T>(); i++)
        {
            ((T*)&result)[i] = TOperation.Apply(state, ((T*)&addend)[i], ((T*)&left)[i], ((T*)&right)[i]);
        }

        return result;
    }
}
