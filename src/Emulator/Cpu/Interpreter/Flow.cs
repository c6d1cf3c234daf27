using System.Runtime.CompilerServices;
using Emulator.Cpu.System;

namespace Emulator.Cpu.Interpreter;

/// <summary>How handlers go on: to the next operation, to another place in the page, to another page, or back to the run loop (null).</summary>
internal static unsafe class Flow
{
    /// <summary>The next operation, unless the run loop wants to look first. For handlers after a slow path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DecodedOperation* Next(CpuState* state, DecodedOperation* operation) =>
        state->ExitRequest == 0 ? operation + 1 : LeaveBefore(state, operation + 1);

    /// <summary>A taken branch from an operation to another one of the same page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DecodedOperation* Jump(CpuState* state, DecodedOperation* operation, DecodedOperation* target)
    {
        long retired = state->Retired + (operation - state->Entry) + 1;
        state->Retired = retired;
        state->Entry = target;
        return retired < state->SoftLimit ? target : LeaveBefore(state, target);
    }

    /// <summary>A taken branch from an operation to any address. Inside the page it is like <see cref="Jump"/>: what may change where the page is has the next instruction fetched anew.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DecodedOperation* JumpTo(CpuState* state, DecodedOperation* operation, ulong address)
    {
        if (((address ^ state->PageAddress) & ~0xffcUL) == 0)
        {
            return Jump(state, operation, state->PageOperations + ((address & 0xfff) >> 2));
        }

        long retired = state->Retired + (operation - state->Entry) + 1;
        state->Retired = retired;
        CodeTlbEntry* entry = state->CodeTlb + ((address >> 12) & (Tlb.CodeEntries - 1));
        if (entry->Tag == ((address & ~0xfffUL) | state->CodeTlbContext | (address & 3)) && retired < state->SoftLimit)
        {
            DecodedOperation* target = entry->Operations + ((address & 0xfff) >> 2);
            state->PageAddress = address & ~0xfffUL;
            state->PageOperations = entry->Operations;
            state->Entry = target;
            return target;
        }

        return Resume(state, address);
    }

    /// <summary>Goes on at an address, everything before it being counted already.</summary>
    public static DecodedOperation* Resume(CpuState* state, ulong address)
    {
        state->Pc = address;
        return Continue(state);
    }

    /// <summary>Goes on at <see cref="CpuState.Pc"/>, everything before it being counted already: after an exception, or a context change.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DecodedOperation* Continue(CpuState* state) =>
        state->ExitRequest == 0 && state->Retired < state->SoftLimit ? CpuState.ProcessorOf(state).FindOperation() : null;

    /// <summary>The run loop takes over before an operation.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DecodedOperation* LeaveBefore(CpuState* state, DecodedOperation* operation)
    {
        CpuState.CountUpTo(state, operation);
        state->Pc = CpuState.AddressOf(state, operation);
        return null;
    }

    /// <summary>Makes counts and PC exact for an operation that may raise an exception or be looked at by a device.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Processor Synchronize(CpuState* state, DecodedOperation* operation)
    {
        CpuState.CountUpTo(state, operation);
        state->Pc = CpuState.AddressOf(state, operation);
        return CpuState.ProcessorOf(state);
    }
}
