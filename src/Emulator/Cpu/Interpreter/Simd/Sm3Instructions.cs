using System.Numerics;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The hash function SM3, after the Arm ARM's pages.</summary>
internal static unsafe class Sm3Instructions
{
    /// <summary>SM3SS1.</summary>
    public readonly struct Update : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            uint left = BitOperations.RotateLeft(Vectors.ReadElement<uint>(state, operation->Rn, 3), 12);
            uint sum = left + Vectors.ReadElement<uint>(state, operation->Rm, 3) + Vectors.ReadElement<uint>(state, operation->Ra, 3);
            Vectors.Write(state, operation->Rd, Vector128.Create(0, 0, 0, BitOperations.RotateLeft(sum, 7)));
        }
    }

    /// <summary>SM3TT1A and SM3TT1B, or with TSecond SM3TT2A and SM3TT2B: word A of Rm enters.</summary>
    public readonly struct Round<TSecond, TFunction> : ISimdInstruction
        where TSecond : struct, IOption
        where TFunction : struct, ShaFunctions.IFunction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<uint> words = Vectors.Read<uint>(state, operation->Rd);
            uint left = Vectors.ReadElement<uint>(state, operation->Rn, 3);
            uint word = Vectors.ReadElement<uint>(state, operation->Rm, operation->A);
            uint added = TSecond.IsSet ? left : left ^ BitOperations.RotateLeft(words[3], 12);
            uint sum = TFunction.Apply(words[3], words[2], words[1]) + words[0] + added + word;
            uint result = TSecond.IsSet ? sum ^ BitOperations.RotateLeft(sum, 9) ^ BitOperations.RotateLeft(sum, 17) : sum;
            uint rotated = BitOperations.RotateLeft(words[2], TSecond.IsSet ? 19 : 9);
            Vectors.Write(state, operation->Rd, Vector128.Create(words[1], rotated, words[3], result));
        }
    }

    /// <summary>SM3PARTW1.</summary>
    public readonly struct MessagePart1 : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<uint> words = Vectors.Read<uint>(state, operation->Rd) ^ Vectors.Read<uint>(state, operation->Rn);
            Vector128<uint> right = Vectors.Read<uint>(state, operation->Rm);
            uint first = Permute(words[0] ^ BitOperations.RotateLeft(right[1], 15));
            uint second = Permute(words[1] ^ BitOperations.RotateLeft(right[2], 15));
            uint third = Permute(words[2] ^ BitOperations.RotateLeft(right[3], 15));
            uint fourth = Permute(words[3] ^ BitOperations.RotateLeft(first, 15));
            Vectors.Write(state, operation->Rd, Vector128.Create(first, second, third, fourth));
        }
    }

    /// <summary>SM3PARTW2.</summary>
    public readonly struct MessagePart2 : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<uint> right = Vectors.Read<uint>(state, operation->Rm);
            Vector128<uint> mixed = Vectors.Read<uint>(state, operation->Rn) ^ ((right << 7) | (right >> 25));
            Vector128<uint> result = Vectors.Read<uint>(state, operation->Rd) ^ mixed;
            uint last = Permute(BitOperations.RotateLeft(mixed[0], 15));
            Vectors.Write(state, operation->Rd, result ^ Vector128.Create(0, 0, 0, last));
        }
    }

    private static uint Permute(uint word) => word ^ BitOperations.RotateLeft(word, 15) ^ BitOperations.RotateLeft(word, 23);
}
