using System.Runtime.CompilerServices;
using Emulator.Cpu.System;

namespace Emulator.Cpu.Interpreter;

/// <summary>
/// Loads and stores of general-purpose registers. TData is what memory holds: signed types are extended with their sign. A 32-bit destination of a signed load
/// is TResult <see cref="uint"/>.
/// </summary>
internal static unsafe class LoadStoreHandlers
{
    public static DecodedOperation* Load<TMode, TData, TResult>(CpuState* state, DecodedOperation* operation)
        where TMode : struct, IAddressMode
        where TData : unmanaged
        where TResult : unmanaged
    {
        if (!TMode.IsBaseAligned(state))
        {
            return StackMisaligned(state, operation);
        }

        ulong address = TMode.Address(state, operation);
        if (!GuestMemoryAccess.Load<TData>(state, operation, address, out ulong value))
        {
            return Flow.Continue(state);
        }

        TMode.WriteBack(state, operation, address);
        state->X[operation->Rd] = ExtendSign<TData, TResult>(value);
        return Flow.Next(state, operation);
    }

    public static DecodedOperation* Store<TMode, TData>(CpuState* state, DecodedOperation* operation)
        where TMode : struct, IAddressMode
        where TData : unmanaged
    {
        if (!TMode.IsBaseAligned(state))
        {
            return StackMisaligned(state, operation);
        }

        ulong address = TMode.Address(state, operation);
        if (!GuestMemoryAccess.Store<TData>(state, operation, address, state->X[operation->Rd]))
        {
            return Flow.Continue(state);
        }

        TMode.WriteBack(state, operation, address);
        return Flow.Next(state, operation);
    }

    public static DecodedOperation* LoadPair<TMode, TData>(CpuState* state, DecodedOperation* operation)
        where TMode : struct, IAddressMode
        where TData : unmanaged
    {
        if (!TMode.IsBaseAligned(state))
        {
            return StackMisaligned(state, operation);
        }

        ulong address = TMode.Address(state, operation);
        if (!GuestMemoryAccess.Load<TData>(state, operation, address, out ulong first)
            || !GuestMemoryAccess.Load<TData>(state, operation, address + (ulong)sizeof(TData), out ulong second))
        {
            return Flow.Continue(state);
        }

        TMode.WriteBack(state, operation, address);
        state->X[operation->Rd] = ExtendSign<TData, ulong>(first);
        state->X[operation->Ra] = ExtendSign<TData, ulong>(second);
        return Flow.Next(state, operation);
    }

    public static DecodedOperation* StorePair<TMode, TData>(CpuState* state, DecodedOperation* operation)
        where TMode : struct, IAddressMode
        where TData : unmanaged
    {
        if (!TMode.IsBaseAligned(state))
        {
            return StackMisaligned(state, operation);
        }

        ulong address = TMode.Address(state, operation);
        ulong second = address + (ulong)sizeof(TData);
        if (((address ^ (second + (ulong)(sizeof(TData) - 1))) & ~0xfffUL) != 0
            && !CpuState.ProcessorOf(state).Probe(operation, address, sizeof(TData) * 2, AccessKind.Write, unprivileged: false))
        {
            return Flow.Continue(state);
        }

        if (!GuestMemoryAccess.Store<TData>(state, operation, address, state->X[operation->Rd])
            || !GuestMemoryAccess.Store<TData>(state, operation, second, state->X[operation->Ra]))
        {
            return Flow.Continue(state);
        }

        TMode.WriteBack(state, operation, address);
        return Flow.Next(state, operation);
    }

    /// <summary>LDTR and its kin: permissions as for EL0.</summary>
    public static DecodedOperation* LoadUnprivileged<TMode, TData, TResult>(CpuState* state, DecodedOperation* operation)
        where TMode : struct, IAddressMode
        where TData : unmanaged
        where TResult : unmanaged
    {
        if (!TMode.IsBaseAligned(state))
        {
            return StackMisaligned(state, operation);
        }

        ulong address = TMode.Address(state, operation);
        if (!GuestMemoryAccess.LoadUnprivileged<TData>(state, operation, address, out ulong value))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rd] = ExtendSign<TData, TResult>(value);
        return Flow.Next(state, operation);
    }

    /// <summary>STTR and its kin: permissions as for EL0.</summary>
    public static DecodedOperation* StoreUnprivileged<TMode, TData>(CpuState* state, DecodedOperation* operation)
        where TMode : struct, IAddressMode
        where TData : unmanaged
    {
        if (!TMode.IsBaseAligned(state))
        {
            return StackMisaligned(state, operation);
        }

        ulong address = TMode.Address(state, operation);
        return GuestMemoryAccess.StoreUnprivileged<TData>(state, operation, address, state->X[operation->Rd])
            ? Flow.Next(state, operation)
            : Flow.Continue(state);
    }

    /// <summary>Takes the SP alignment fault.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DecodedOperation* StackMisaligned(CpuState* state, DecodedOperation* operation)
    {
        Flow.Synchronize(state, operation).TakeStackAlignment();
        return Flow.Continue(state);
    }

    /// <summary>PRFM: a hint that never faults.</summary>
    public static DecodedOperation* Nothing(CpuState* state, DecodedOperation* operation) => operation + 1;

    /// <summary>Extends what was loaded: with its sign if TData has one, to 32 or 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong ExtendSign<TData, TResult>(ulong value)
        where TData : unmanaged
        where TResult : unmanaged
    {
        if (typeof(TData) == typeof(sbyte))
        {
            value = (ulong)(sbyte)value;
        }
        else if (typeof(TData) == typeof(short))
        {
            value = (ulong)(short)value;
        }
        else if (typeof(TData) == typeof(int))
        {
            value = (ulong)(int)value;
        }

        return sizeof(TResult) == 4 ? (uint)value : value;
    }
}
