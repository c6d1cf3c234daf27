using Emulator.Cpu.System;

namespace Emulator.Cpu.Interpreter;

/// <summary>
/// Exclusives, acquires and releases (Arm ARM B2.9). CPUs of a machine take turns, so that every access is ordered already; a CPU whose turn ends loses its
/// monitor, which is all that an exclusive pair has to notice of the others.
/// </summary>
internal static unsafe class ExclusiveHandlers
{
    /// <summary>LDAR and STLR, and exclusives, must be aligned whatever SCTLR_ELx.A says.</summary>
    private static bool CheckAlignment(CpuState* state, DecodedOperation* operation, ulong address, int size, AccessKind kind)
    {
        if (!AddressModes.OnStack<AddressModes.Offset>.IsBaseAligned(state) && operation->Rn == CpuState.StackPointer)
        {
            Flow.Synchronize(state, operation).TakeStackAlignment();
            return false;
        }

        if ((address & (ulong)(size - 1)) == 0)
        {
            return true;
        }

        Flow.Synchronize(state, operation).TakeDataAbort(address, kind, new Translation { Fault = FaultStatus.Alignment });
        return false;
    }

    public static DecodedOperation* LoadAcquire<TData, TResult>(CpuState* state, DecodedOperation* operation)
        where TData : unmanaged
        where TResult : unmanaged
    {
        ulong address = state->X[operation->Rn] + operation->Immediate;
        if (!CheckAlignment(state, operation, address, sizeof(TData), AccessKind.Read)
            || !GuestMemoryAccess.Load<TData>(state, operation, address, out ulong value))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rd] = LoadStoreHandlers.ExtendSign<TData, TResult>(value);
        return Flow.Next(state, operation);
    }

    public static DecodedOperation* StoreRelease<TData>(CpuState* state, DecodedOperation* operation)
        where TData : unmanaged
    {
        ulong address = state->X[operation->Rn] + operation->Immediate;
        return CheckAlignment(state, operation, address, sizeof(TData), AccessKind.Write)
            && GuestMemoryAccess.Store<TData>(state, operation, address, state->X[operation->Rd])
            ? Flow.Next(state, operation)
            : Flow.Continue(state);
    }

    public static DecodedOperation* LoadExclusive<TData>(CpuState* state, DecodedOperation* operation)
        where TData : unmanaged
    {
        ulong address = state->X[operation->Rn];
        if (!CheckAlignment(state, operation, address, sizeof(TData), AccessKind.Read)
            || !GuestMemoryAccess.Load<TData>(state, operation, address, out ulong value)
            || !SetMonitor(state, operation, address, sizeof(TData)))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rd] = value;
        return Flow.Next(state, operation);
    }

    public static DecodedOperation* LoadExclusivePair<TData>(CpuState* state, DecodedOperation* operation)
        where TData : unmanaged
    {
        ulong address = state->X[operation->Rn];
        if (!CheckAlignment(state, operation, address, sizeof(TData) * 2, AccessKind.Read)
            || !GuestMemoryAccess.Load<TData>(state, operation, address, out ulong first)
            || !GuestMemoryAccess.Load<TData>(state, operation, address + (ulong)sizeof(TData), out ulong second)
            || !SetMonitor(state, operation, address, sizeof(TData) * 2))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rd] = first;
        state->X[operation->Ra] = second;
        return Flow.Next(state, operation);
    }

    /// <summary>STXR: Rd is stored, Rm gets the status.</summary>
    public static DecodedOperation* StoreExclusive<TData>(CpuState* state, DecodedOperation* operation)
        where TData : unmanaged
    {
        ulong address = state->X[operation->Rn];
        if (!CheckAlignment(state, operation, address, sizeof(TData), AccessKind.Write)
            || !TakeMonitor(state, operation, address, sizeof(TData), out bool passed)
            || (passed && !GuestMemoryAccess.Store<TData>(state, operation, address, state->X[operation->Rd])))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rm] = passed ? 0UL : 1;
        return Flow.Next(state, operation);
    }

    public static DecodedOperation* StoreExclusivePair<TData>(CpuState* state, DecodedOperation* operation)
        where TData : unmanaged
    {
        ulong address = state->X[operation->Rn];
        if (!CheckAlignment(state, operation, address, sizeof(TData) * 2, AccessKind.Write)
            || !TakeMonitor(state, operation, address, sizeof(TData) * 2, out bool passed))
        {
            return Flow.Continue(state);
        }

        if (passed
            && (!GuestMemoryAccess.Store<TData>(state, operation, address, state->X[operation->Rd])
                || !GuestMemoryAccess.Store<TData>(state, operation, address + (ulong)sizeof(TData), state->X[operation->Ra])))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rm] = passed ? 0UL : 1;
        return Flow.Next(state, operation);
    }

    private static bool SetMonitor(CpuState* state, DecodedOperation* operation, ulong address, int size)
    {
        if (!PhysicalAddress(state, operation, address, AccessKind.Read, out ulong physical))
        {
            return false;
        }

        state->ExclusiveSet = 1;
        state->ExclusiveSize = size;
        state->ExclusiveAddress = physical;
        return true;
    }

    // The store is checked for faults whether or not the monitor lets it pass, which the architecture leaves open; it clears the monitor either way.
    private static bool TakeMonitor(CpuState* state, DecodedOperation* operation, ulong address, int size, out bool passed)
    {
        passed = false;
        if (!PhysicalAddress(state, operation, address, AccessKind.Write, out ulong physical))
        {
            return false;
        }

        passed = state->ExclusiveSet != 0 && state->ExclusiveSize == size && state->ExclusiveAddress == physical;
        state->ExclusiveSet = 0;
        return true;
    }

    private static bool PhysicalAddress(CpuState* state, DecodedOperation* operation, ulong address, AccessKind kind, out ulong physical)
    {
        bool known = kind == AccessKind.Read
            ? GuestMemoryAccess.TryGetReadPointer(state, address, 1, state->TlbContext, out _)
            : GuestMemoryAccess.TryGetWritePointer(state, address, 1, state->TlbContext, out _);
        if (known)
        {
            physical = state->Tlb[(address >> 12) & (Tlb.Entries - 1)].PhysicalPage | (address & 0xffe);
            return true;
        }

        Processor processor = Flow.Synchronize(state, operation);
        Translation translation = default;
        bool goesByJournal = kind == AccessKind.Write && processor.KnowsStore(address, unprivileged: false, out translation);
        if (!goesByJournal && !processor.TranslateData(address, kind, unprivileged: false, out translation))
        {
            physical = 0;
            return false;
        }

        physical = (translation.PhysicalAddress & ~1UL) | (translation.Secure ? 1UL : 0);
        return true;
    }
}
