using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Emulator.Cpu.System;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Loads and stores of one or two SIMD registers (Arm ARM C3.2.10). TData is what memory holds; 128 bits are <see cref="UInt128"/>.</summary>
internal static unsafe class SimdLoadStoreHandlers
{
    public static DecodedOperation* Load<TMode, TData>(CpuState* state, DecodedOperation* operation)
        where TMode : struct, IAddressMode
        where TData : unmanaged
    {
        if (state->FloatingPointTrap != 0)
        {
            return SimdHandlers.Trap(state, operation);
        }

        if (!TMode.IsBaseAligned(state))
        {
            return LoadStoreHandlers.StackMisaligned(state, operation);
        }

        ulong address = TMode.Address(state, operation);
        if (!TryLoad<TData>(state, operation, address, out Vector128<ulong> value))
        {
            return Flow.Continue(state);
        }

        TMode.WriteBack(state, operation, address);
        Vectors.Write(state, operation->Rd, value);
        return Flow.Next(state, operation);
    }

    public static DecodedOperation* Store<TMode, TData>(CpuState* state, DecodedOperation* operation)
        where TMode : struct, IAddressMode
        where TData : unmanaged
    {
        if (state->FloatingPointTrap != 0)
        {
            return SimdHandlers.Trap(state, operation);
        }

        if (!TMode.IsBaseAligned(state))
        {
            return LoadStoreHandlers.StackMisaligned(state, operation);
        }

        ulong address = TMode.Address(state, operation);
        if (!TryStore<TData>(state, operation, address, operation->Rd))
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
        if (state->FloatingPointTrap != 0)
        {
            return SimdHandlers.Trap(state, operation);
        }

        if (!TMode.IsBaseAligned(state))
        {
            return LoadStoreHandlers.StackMisaligned(state, operation);
        }

        ulong address = TMode.Address(state, operation);
        if (!TryLoad<TData>(state, operation, address, out Vector128<ulong> first)
            || !TryLoad<TData>(state, operation, address + (ulong)sizeof(TData), out Vector128<ulong> second))
        {
            return Flow.Continue(state);
        }

        TMode.WriteBack(state, operation, address);
        Vectors.Write(state, operation->Rd, first);
        Vectors.Write(state, operation->Ra, second);
        return Flow.Next(state, operation);
    }

    public static DecodedOperation* StorePair<TMode, TData>(CpuState* state, DecodedOperation* operation)
        where TMode : struct, IAddressMode
        where TData : unmanaged
    {
        if (state->FloatingPointTrap != 0)
        {
            return SimdHandlers.Trap(state, operation);
        }

        if (!TMode.IsBaseAligned(state))
        {
            return LoadStoreHandlers.StackMisaligned(state, operation);
        }

        ulong address = TMode.Address(state, operation);
        ulong second = address + (ulong)sizeof(TData);
        if (((address ^ (second + (ulong)(sizeof(TData) - 1))) & ~0xfffUL) != 0
            && !CpuState.ProcessorOf(state).Probe(operation, address, sizeof(TData) * 2, AccessKind.Write, unprivileged: false))
        {
            return Flow.Continue(state);
        }

        if (!TryStore<TData>(state, operation, address, operation->Rd) || !TryStore<TData>(state, operation, second, operation->Ra))
        {
            return Flow.Continue(state);
        }

        TMode.WriteBack(state, operation, address);
        return Flow.Next(state, operation);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryLoad<TData>(CpuState* state, DecodedOperation* operation, ulong address, out Vector128<ulong> value)
        where TData : unmanaged
    {
        if (sizeof(TData) == 16)
        {
            if (GuestMemoryAccess.TryGetReadPointer(state, address, 16, state->TlbContext, out byte* pointer))
            {
                value = Vector128.Load((ulong*)pointer);
                return true;
            }

            return CpuState.ProcessorOf(state).LoadQuadword(operation, address, out value);
        }

        bool done = GuestMemoryAccess.Load<TData>(state, operation, address, out ulong low);
        value = Vector128.CreateScalar(low);
        return done;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryStore<TData>(CpuState* state, DecodedOperation* operation, ulong address, int register)
        where TData : unmanaged
    {
        if (sizeof(TData) == 16)
        {
            Vector128<ulong> value = Vectors.Read<ulong>(state, register);
            if (GuestMemoryAccess.TryGetWritePointer(state, address, 16, state->TlbContext, out byte* pointer))
            {
                value.Store((ulong*)pointer);
                return true;
            }

            return CpuState.ProcessorOf(state).StoreQuadword(operation, address, value);
        }

        return GuestMemoryAccess.Store<TData>(state, operation, address, Vectors.ReadHalf(state, register, 0));
    }
}
