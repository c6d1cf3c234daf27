using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The cryptographic instructions, after the Arm ARM's pages and shared pseudocode.</summary>
internal static unsafe class CryptoInstructions
{
    public readonly struct AesEncrypt : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation) => Vectors.Write(
            state,
            operation->Rd,
            AesRounds.ShiftAndSubstitute(Vectors.Read<byte>(state, operation->Rd) ^ Vectors.Read<byte>(state, operation->Rn)));
    }

    public readonly struct AesDecrypt : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation) => Vectors.Write(
            state,
            operation->Rd,
            AesRounds.InverseShiftAndSubstitute(Vectors.Read<byte>(state, operation->Rd) ^ Vectors.Read<byte>(state, operation->Rn)));
    }

    public readonly struct AesMixColumns : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            Vectors.Write(state, operation->Rd, AesRounds.MixColumns(Vectors.Read<byte>(state, operation->Rn)));
    }

    public readonly struct AesInverseMixColumns : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            Vectors.Write(state, operation->Rd, AesRounds.InverseMixColumns(Vectors.Read<byte>(state, operation->Rn)));
    }

    /// <summary>SHA1C, SHA1P, SHA1M: four rounds.</summary>
    public readonly struct Sha1HashUpdate<TFunction> : ISimdInstruction
        where TFunction : struct, ShaFunctions.IFunction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<uint> x = Vectors.Read<uint>(state, operation->Rd);
            uint y = Vectors.ReadElement<uint>(state, operation->Rn);
            Vector128<uint> words = Vectors.Read<uint>(state, operation->Rm);
            (uint a, uint b, uint c, uint d) = (x[0], x[1], x[2], x[3]);
            for (int i = 0; i < 4; i++)
            {
                uint next = y + BitOperations.RotateLeft(a, 5) + TFunction.Apply(b, c, d) + words[i];
                (y, d, c, b, a) = (d, c, BitOperations.RotateLeft(b, 30), a, next);
            }

            Vectors.Write(state, operation->Rd, Vector128.Create(a, b, c, d));
        }
    }

    public readonly struct Sha1FixedRotate : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            Vectors.WriteScalar(state, operation->Rd, BitOperations.RotateLeft(Vectors.ReadElement<uint>(state, operation->Rn), 30));
    }

    public readonly struct Sha1ScheduleUpdate0 : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<ulong> first = Vectors.Read<ulong>(state, operation->Rd);
            Vector128<ulong> second = Vectors.Read<ulong>(state, operation->Rn);
            Vector128<ulong> middle = Vector128.Create(first[1], second[0]);
            Vectors.Write(state, operation->Rd, middle ^ first ^ Vectors.Read<ulong>(state, operation->Rm));
        }
    }

    public readonly struct Sha1ScheduleUpdate1 : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<uint> operand = Vectors.Read<uint>(state, operation->Rn);
            Vector128<uint> words = Vectors.Read<uint>(state, operation->Rd) ^ Vector128.Create(operand[1], operand[2], operand[3], 0);
            words = (words << 1) | (words >> 31);
            Vectors.Write(state, operation->Rd, words.WithElement(3, words[3] ^ BitOperations.RotateLeft(words[0], 1)));
        }
    }

    /// <summary>SHA256H, and with TSecond SHA256H2: four rounds, of which one gives the first and the other the second half of the hash.</summary>
    public readonly struct Sha256HashUpdate<TSecond> : ISimdInstruction
        where TSecond : struct, IOption
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<uint> destination = Vectors.Read<uint>(state, operation->Rd);
            Vector128<uint> operand = Vectors.Read<uint>(state, operation->Rn);
            Vector128<uint> words = Vectors.Read<uint>(state, operation->Rm);
            Vector128<uint> x = TSecond.IsSet ? operand : destination;
            Vector128<uint> y = TSecond.IsSet ? destination : operand;
            (uint a, uint b, uint c, uint d) = (x[0], x[1], x[2], x[3]);
            (uint e, uint f, uint g, uint h) = (y[0], y[1], y[2], y[3]);
            for (int i = 0; i < 4; i++)
            {
                uint first = h + Sigma(e, 6, 11, 25) + ShaFunctions.Choose.Apply(e, f, g) + words[i];
                uint second = Sigma(a, 2, 13, 22) + ShaFunctions.Majority.Apply(a, b, c);
                (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
            }

            Vectors.Write(state, operation->Rd, TSecond.IsSet ? Vector128.Create(e, f, g, h) : Vector128.Create(a, b, c, d));
        }
    }

    public readonly struct Sha256ScheduleUpdate0 : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<uint> words = Vectors.Read<uint>(state, operation->Rd);
            Vector128<uint> next = Vector128.Create(words[1], words[2], words[3], Vectors.ReadElement<uint>(state, operation->Rn));
            Vectors.Write(state, operation->Rd, words + (Rotate(next, 7) ^ Rotate(next, 18) ^ (next >> 3)));
        }
    }

    public readonly struct Sha256ScheduleUpdate1 : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<uint> words = Vectors.Read<uint>(state, operation->Rd);
            Vector128<uint> left = Vectors.Read<uint>(state, operation->Rn);
            Vector128<uint> right = Vectors.Read<uint>(state, operation->Rm);
            words += Vector128.Create(left[1], left[2], left[3], right[0]);

            // The two new words of the lower half go into those of the upper one.
            ulong lower = Step(words.AsUInt64()[0], right.AsUInt64()[1]);
            Vectors.Write(state, operation->Rd, Vector128.Create(lower, Step(words.AsUInt64()[1], lower)));
        }

        private static ulong Step(ulong words, ulong earlier)
        {
            uint low = (uint)words + Mix((uint)earlier);
            uint high = (uint)(words >> 32) + Mix((uint)(earlier >> 32));
            return low | ((ulong)high << 32);
        }

        private static uint Mix(uint word) => BitOperations.RotateRight(word, 17) ^ BitOperations.RotateRight(word, 19) ^ (word >> 10);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Sigma(uint word, int first, int second, int third) =>
        BitOperations.RotateRight(word, first) ^ BitOperations.RotateRight(word, second) ^ BitOperations.RotateRight(word, third);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Rotate(Vector128<uint> words, int bits) => (words >> bits) | (words << (32 - bits));
}
