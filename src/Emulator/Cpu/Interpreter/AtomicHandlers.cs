using System.Numerics;
using System.Runtime.CompilerServices;
using Emulator.Cpu.System;

namespace Emulator.Cpu.Interpreter;

/// <summary>
/// Atomic read-modify-write instructions (FEAT_LSE). CPUs of a machine take turns, so that nothing comes between the read and the write. Both are permitted or
/// nothing is done. Rm holds the operand, Rd is loaded.
/// </summary>
internal static unsafe class AtomicHandlers
{
    public static DecodedOperation* Modify<TOperation, TData>(CpuState* state, DecodedOperation* operation)
        where TOperation : struct, IAtomicOperation
        where TData : unmanaged, IBinaryInteger<TData>
    {
        ulong address = state->X[operation->Rn];
        TData operand = TData.CreateTruncating(state->X[operation->Rm]);
        if (TryGetPointer(state, address, sizeof(TData), out byte* pointer) && IsStackAligned(state, operation))
        {
            TData old = Unsafe.ReadUnaligned<TData>(pointer);
            Unsafe.WriteUnaligned(pointer, TOperation.Apply(old, operand));
            state->X[operation->Rd] = ZeroExtend(old);
            return operation + 1;
        }

        if (!Begin(state, operation, address, sizeof(TData))
            || !GuestMemoryAccess.Load<TData>(state, operation, address, out ulong value)
            || !GuestMemoryAccess.Store<TData>(state, operation, address, ulong.CreateTruncating(TOperation.Apply(TData.CreateTruncating(value), operand))))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rd] = ZeroExtend(TData.CreateTruncating(value));
        return Flow.Next(state, operation);
    }

    /// <summary>CAS: Rm is compared and loaded, Rd stored.</summary>
    public static DecodedOperation* CompareAndSwap<TData>(CpuState* state, DecodedOperation* operation)
        where TData : unmanaged, IUnsignedNumber<TData>, IBinaryInteger<TData>
    {
        ulong address = state->X[operation->Rn];
        if (!Begin(state, operation, address, sizeof(TData))
            || !GuestMemoryAccess.Load<TData>(state, operation, address, out ulong value))
        {
            return Flow.Continue(state);
        }

        if (TData.CreateTruncating(value) == TData.CreateTruncating(state->X[operation->Rm])
            && !GuestMemoryAccess.Store<TData>(state, operation, address, state->X[operation->Rd]))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Ra] = value;
        return Flow.Next(state, operation);
    }

    /// <summary>CASP: the pair that starts with A is compared and loaded, that of B stored. Index 30 is followed by the zero register.</summary>
    public static DecodedOperation* CompareAndSwapPair<TData>(CpuState* state, DecodedOperation* operation)
        where TData : unmanaged, IUnsignedNumber<TData>, IBinaryInteger<TData>
    {
        ulong address = state->X[operation->Rn];
        ulong second = address + (ulong)sizeof(TData);
        if (!Begin(state, operation, address, sizeof(TData) * 2)
            || !GuestMemoryAccess.Load<TData>(state, operation, address, out ulong low)
            || !GuestMemoryAccess.Load<TData>(state, operation, second, out ulong high))
        {
            return Flow.Continue(state);
        }

        bool isEqual = TData.CreateTruncating(low) == TData.CreateTruncating(state->X[operation->A])
            && TData.CreateTruncating(high) == TData.CreateTruncating(state->X[Registers.Source(operation->A + 1u)]);
        if (isEqual
            && (!GuestMemoryAccess.Store<TData>(state, operation, address, state->X[operation->B])
                || !GuestMemoryAccess.Store<TData>(state, operation, second, state->X[Registers.Source(operation->B + 1u)])))
        {
            return Flow.Continue(state);
        }

        state->X[operation->A] = low;
        state->X[Registers.Destination(operation->A + 1u)] = high;
        return Flow.Next(state, operation);
    }

    // Aligned to its size, and known to both sides of the data TLB.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryGetPointer(CpuState* state, ulong address, int size, out byte* pointer) =>
        GuestMemoryAccess.TryGetWritePointer(state, address, 1, state->TlbContext, out pointer)
        && GuestMemoryAccess.TryGetReadPointer(state, address, 1, state->TlbContext, out _)
        && (address & (ulong)(size - 1)) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsStackAligned(CpuState* state, DecodedOperation* operation) =>
        operation->Rn != CpuState.StackPointer || (state->X[CpuState.StackPointer] & state->StackAlignmentMask) == 0;

    // Takes the exceptions of the whole access: a fault that a read would give as well is reported as that of a read (Arm ARM D13.2.37, WnR).
    private static bool Begin(CpuState* state, DecodedOperation* operation, ulong address, int size)
    {
        if (!IsStackAligned(state, operation))
        {
            Flow.Synchronize(state, operation).TakeStackAlignment();
            return false;
        }

        if (TryGetPointer(state, address, size, out _))
        {
            return true;
        }

        Processor processor = Flow.Synchronize(state, operation);
        if ((address & (ulong)(size - 1)) != 0)
        {
            processor.TakeDataAbort(address, AccessKind.Read, new Translation { Fault = FaultStatus.Alignment });
            return false;
        }

        if (processor.KnowsStore(address, unprivileged: false, out Translation known) && known.CanRead)
        {
            return true;
        }

        return processor.TranslateData(address, AccessKind.Read, unprivileged: false, out _)
            && processor.TranslateData(address, AccessKind.Write, unprivileged: false, out _);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ZeroExtend<TData>(TData value)
        where TData : unmanaged, IBinaryInteger<TData> => ulong.CreateTruncating(value) & (ulong.MaxValue >> (64 - (8 * sizeof(TData))));
}
