using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>SHA-512: two rounds by both parts of the hash update, two words of the schedule by both updates of that.</summary>
internal static unsafe class Sha512Instructions
{
    /// <summary>SHA512H.</summary>
    public readonly struct HashUpdatePart1 : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<ulong> w = Vectors.Read<ulong>(state, operation->Rd);
            Vector128<ulong> x = Vectors.Read<ulong>(state, operation->Rn);
            Vector128<ulong> y = Vectors.Read<ulong>(state, operation->Rm);
            ulong upper = Choose(y[1], x[0], x[1]) + Sigma(y[1], 14, 18, 41) + w[1];
            ulong next = upper + y[0];
            ulong lower = Choose(next, y[1], x[0]) + Sigma(next, 14, 18, 41) + w[0];
            Vectors.Write(state, operation->Rd, Vector128.Create(lower, upper));
        }
    }

    /// <summary>SHA512H2.</summary>
    public readonly struct HashUpdatePart2 : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<ulong> w = Vectors.Read<ulong>(state, operation->Rd);
            ulong x = Vectors.ReadElement<ulong>(state, operation->Rn);
            Vector128<ulong> y = Vectors.Read<ulong>(state, operation->Rm);
            ulong upper = Majority(x, y[1], y[0]) + Sigma(y[0], 28, 34, 39) + w[1];
            ulong lower = Majority(upper, y[0], y[1]) + Sigma(upper, 28, 34, 39) + w[0];
            Vectors.Write(state, operation->Rd, Vector128.Create(lower, upper));
        }
    }

    /// <summary>SHA512SU0.</summary>
    public readonly struct ScheduleUpdate0 : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<ulong> w = Vectors.Read<ulong>(state, operation->Rd);
            ulong x = Vectors.ReadElement<ulong>(state, operation->Rn);
            Vectors.Write(state, operation->Rd, Vector128.Create(w[0] + Mix(w[1], 1, 8, 7), w[1] + Mix(x, 1, 8, 7)));
        }
    }

    /// <summary>SHA512SU1.</summary>
    public readonly struct ScheduleUpdate1 : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<ulong> x = Vectors.Read<ulong>(state, operation->Rn);
            Vector128<ulong> mixed = Vector128.Create(Mix(x[0], 19, 61, 6), Mix(x[1], 19, 61, 6));
            Vectors.Write(state, operation->Rd, Vectors.Read<ulong>(state, operation->Rd) + mixed + Vectors.Read<ulong>(state, operation->Rm));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Choose(ulong selector, ulong first, ulong second) => (selector & first) ^ (~selector & second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Majority(ulong a, ulong b, ulong c) => (a & b) ^ (a & c) ^ (b & c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Sigma(ulong word, int first, int second, int third) =>
        BitOperations.RotateRight(word, first) ^ BitOperations.RotateRight(word, second) ^ BitOperations.RotateRight(word, third);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong word, int first, int second, int shift) =>
        BitOperations.RotateRight(word, first) ^ BitOperations.RotateRight(word, second) ^ (word >> shift);
}
