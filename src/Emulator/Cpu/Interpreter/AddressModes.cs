using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Interpreter;

/// <summary>The address modes. Base in Rn, offset in <see cref="DecodedOperation.Immediate"/>.</summary>
internal static unsafe class AddressModes
{
    /// <summary>Base plus immediate: unsigned offset, unscaled, signed offset of pairs.</summary>
    public readonly struct Offset : IAddressMode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool IsBaseAligned(CpuState* state) => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Address(CpuState* state, DecodedOperation* operation) => state->X[operation->Rn] + operation->Immediate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void WriteBack(CpuState* state, DecodedOperation* operation, ulong address)
        {
        }
    }

    /// <summary>Base, then base plus immediate is written back.</summary>
    public readonly struct PostIndexed : IAddressMode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool IsBaseAligned(CpuState* state) => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Address(CpuState* state, DecodedOperation* operation) => state->X[operation->Rn];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void WriteBack(CpuState* state, DecodedOperation* operation, ulong address) =>
            state->X[operation->Rn] = address + operation->Immediate;
    }

    /// <summary>Base plus immediate, which is written back.</summary>
    public readonly struct PreIndexed : IAddressMode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool IsBaseAligned(CpuState* state) => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Address(CpuState* state, DecodedOperation* operation) => state->X[operation->Rn] + operation->Immediate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void WriteBack(CpuState* state, DecodedOperation* operation, ulong address) => state->X[operation->Rn] = address;
    }

    /// <summary>Base plus register Rm, extended as B says and shifted left by A.</summary>
    public readonly struct RegisterOffset : IAddressMode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool IsBaseAligned(CpuState* state) => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Address(CpuState* state, DecodedOperation* operation) =>
            state->X[operation->Rn] + (IntegerHandlers.Extend(state->X[operation->Rm], operation->B) << operation->A);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void WriteBack(CpuState* state, DecodedOperation* operation, ulong address)
        {
        }
    }

    /// <summary>Base plus the whole of register Rm shifted left by A.</summary>
    public readonly struct ShiftedRegisterOffset : IAddressMode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool IsBaseAligned(CpuState* state) => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Address(CpuState* state, DecodedOperation* operation) =>
            state->X[operation->Rn] + (state->X[operation->Rm] << operation->A);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void WriteBack(CpuState* state, DecodedOperation* operation, ulong address)
        {
        }
    }

    /// <summary>Relative to the page of the instruction.</summary>
    public readonly struct Literal : IAddressMode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool IsBaseAligned(CpuState* state) => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Address(CpuState* state, DecodedOperation* operation) => state->PageAddress + operation->Immediate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void WriteBack(CpuState* state, DecodedOperation* operation, ulong address)
        {
        }
    }

    /// <summary>A mode whose base is the stack pointer, which may have to be aligned (Arm ARM D1.8.2).</summary>
    public readonly struct OnStack<TMode> : IAddressMode
        where TMode : struct, IAddressMode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool IsBaseAligned(CpuState* state) => (state->X[CpuState.StackPointer] & state->StackAlignmentMask) == 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Address(CpuState* state, DecodedOperation* operation) => TMode.Address(state, operation);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void WriteBack(CpuState* state, DecodedOperation* operation, ulong address) =>
            TMode.WriteBack(state, operation, address);
    }
}
