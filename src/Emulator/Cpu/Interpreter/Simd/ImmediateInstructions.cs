using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Modified immediate (Arm ARM C4.1.90): each 64 bits get the same.</summary>
internal static unsafe class ImmediateInstructions
{
    /// <summary>MOVI, MVNI, FMOV.</summary>
    public readonly struct Move<TWidth> : ISimdInstruction
        where TWidth : struct, IVectorWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            Vectors.Write(state, operation->Rd, TWidth.Trim(Vector128.Create(operation->Immediate)));
    }

    /// <summary>ORR.</summary>
    public readonly struct Or<TWidth> : ISimdInstruction
        where TWidth : struct, IVectorWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            Vectors.Write(
                state,
                operation->Rd,
                TWidth.Trim(Vectors.Read<ulong>(state, operation->Rd) | Vector128.Create(operation->Immediate)));
    }

    /// <summary>BIC, the immediate being inverted already.</summary>
    public readonly struct And<TWidth> : ISimdInstruction
        where TWidth : struct, IVectorWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute(CpuState* state, DecodedOperation* operation) =>
            Vectors.Write(
                state,
                operation->Rd,
                TWidth.Trim(Vectors.Read<ulong>(state, operation->Rd) & Vector128.Create(operation->Immediate)));
    }
}
