using System.Numerics;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What SHA-3 is made of.</summary>
internal static unsafe class Sha3Instructions
{
    /// <summary>EOR3.</summary>
    public readonly struct ThreeWayExclusiveOr : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation) => Vectors.Write(
            state,
            operation->Rd,
            Vectors.Read<ulong>(state, operation->Rn) ^ Vectors.Read<ulong>(state, operation->Rm) ^ Vectors.Read<ulong>(state, operation->Ra));
    }

    /// <summary>BCAX.</summary>
    public readonly struct BitClearAndExclusiveOr : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation) => Vectors.Write(
            state,
            operation->Rd,
            Vectors.Read<ulong>(state, operation->Rn) ^ (Vectors.Read<ulong>(state, operation->Rm) & ~Vectors.Read<ulong>(state, operation->Ra)));
    }

    /// <summary>RAX1.</summary>
    public readonly struct RotateAndExclusiveOr : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<ulong> right = Vectors.Read<ulong>(state, operation->Rm);
            Vectors.Write(state, operation->Rd, Vectors.Read<ulong>(state, operation->Rn) ^ ((right << 1) | (right >> 63)));
        }
    }

    /// <summary>XAR: A is the distance to the right.</summary>
    public readonly struct ExclusiveOrAndRotate : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<ulong> value = Vectors.Read<ulong>(state, operation->Rn) ^ Vectors.Read<ulong>(state, operation->Rm);
            Vectors.Write(
                state,
                operation->Rd,
                Vector128.Create(BitOperations.RotateRight(value[0], operation->A), BitOperations.RotateRight(value[1], operation->A)));
        }
    }
}
