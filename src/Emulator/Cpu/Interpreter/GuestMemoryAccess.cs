using System.Runtime.CompilerServices;
using Emulator.Cpu.System;

namespace Emulator.Cpu.Interpreter;

/// <summary>Loads and stores of handlers: the data TLB first, then <see cref="Processor"/>'s slow path.</summary>
internal static unsafe class GuestMemoryAccess
{
    /// <summary>Finds where a load goes, if the data TLB knows.</summary>
    /// <param name="state">The CPU.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="size">Bytes, a power of two up to 16.</param>
    /// <param name="context">Translation context.</param>
    /// <param name="pointer">Where in host memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryGetReadPointer(CpuState* state, ulong address, int size, ulong context, out byte* pointer)
    {
        TlbEntry* entry = state->Tlb + ((address >> 12) & (Tlb.Entries - 1));
        ulong last = address + (ulong)(size - 1);
        pointer = (byte*)address + entry->Addend;
        return entry->ReadTag == ((last & ~0xfffUL) | context | (address & state->AlignmentMask & (ulong)(size - 1)));
    }

    /// <summary>Finds where a store goes, if the data TLB knows.</summary>
    /// <param name="state">The CPU.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="size">Bytes, a power of two up to 16.</param>
    /// <param name="context">Translation context.</param>
    /// <param name="pointer">Where in host memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryGetWritePointer(CpuState* state, ulong address, int size, ulong context, out byte* pointer)
    {
        TlbEntry* entry = state->Tlb + ((address >> 12) & (Tlb.Entries - 1));
        ulong last = address + (ulong)(size - 1);
        pointer = (byte*)address + entry->Addend;
        return entry->WriteTag == ((last & ~0xfffUL) | context | (address & state->AlignmentMask & (ulong)(size - 1)));
    }

    /// <summary>Loads a value of 1, 2, 4 or 8 bytes.</summary>
    /// <returns>False when an exception was taken or the access is parked: return <see cref="Flow.Continue"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Load<T>(CpuState* state, DecodedOperation* operation, ulong address, out ulong value)
        where T : unmanaged
    {
        if (TryGetReadPointer(state, address, sizeof(T), state->TlbContext, out byte* pointer))
        {
            value = Extend(Unsafe.ReadUnaligned<T>(pointer));
            return true;
        }

        return CpuState.ProcessorOf(state).Load(operation, address, sizeof(T), unprivileged: false, out value);
    }

    /// <summary>Stores a value of 1, 2, 4 or 8 bytes.</summary>
    /// <returns>False when an exception was taken or the access is parked: return <see cref="Flow.Continue"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Store<T>(CpuState* state, DecodedOperation* operation, ulong address, ulong value)
        where T : unmanaged
    {
        if (TryGetWritePointer(state, address, sizeof(T), state->TlbContext, out byte* pointer))
        {
            Unsafe.WriteUnaligned(pointer, Unsafe.As<ulong, T>(ref value));
            return true;
        }

        return CpuState.ProcessorOf(state).Store(operation, address, value, sizeof(T), unprivileged: false);
    }

    /// <summary>Loads a value of 1, 2, 4 or 8 bytes with the permissions of EL0.</summary>
    /// <returns>False when an exception was taken or the access is parked: return <see cref="Flow.Continue"/>.</returns>
    public static bool LoadUnprivileged<T>(CpuState* state, DecodedOperation* operation, ulong address, out ulong value)
        where T : unmanaged
    {
        if (TryGetReadPointer(state, address, sizeof(T), state->UnprivilegedTlbContext, out byte* pointer))
        {
            value = Extend(Unsafe.ReadUnaligned<T>(pointer));
            return true;
        }

        return CpuState.ProcessorOf(state).Load(operation, address, sizeof(T), unprivileged: true, out value);
    }

    /// <summary>Stores a value of 1, 2, 4 or 8 bytes with the permissions of EL0.</summary>
    /// <returns>False when an exception was taken or the access is parked: return <see cref="Flow.Continue"/>.</returns>
    public static bool StoreUnprivileged<T>(CpuState* state, DecodedOperation* operation, ulong address, ulong value)
        where T : unmanaged
    {
        if (TryGetWritePointer(state, address, sizeof(T), state->UnprivilegedTlbContext, out byte* pointer))
        {
            Unsafe.WriteUnaligned(pointer, Unsafe.As<ulong, T>(ref value));
            return true;
        }

        return CpuState.ProcessorOf(state).Store(operation, address, value, sizeof(T), unprivileged: true);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Extend<T>(T value)
        where T : unmanaged
    {
        if (sizeof(T) == 1)
        {
            return Unsafe.As<T, byte>(ref value);
        }

        if (sizeof(T) == 2)
        {
            return Unsafe.As<T, ushort>(ref value);
        }

        return sizeof(T) == 4 ? Unsafe.As<T, uint>(ref value) : Unsafe.As<T, ulong>(ref value);
    }
}
