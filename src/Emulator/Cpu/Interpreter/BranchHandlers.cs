using System.Runtime.CompilerServices;
using Emulator.Cpu.System;

namespace Emulator.Cpu.Interpreter;

/// <summary>
/// Handlers of the branch group. A branch inside its page is "near": its immediate counts operations. Another one is "far": its immediate
/// is the target relative to the start of the page.
/// </summary>
internal static unsafe class BranchHandlers
{
    /// <summary>X30.</summary>
    public const int LinkRegister = 30;

    public static DecodedOperation* Near(CpuState* state, DecodedOperation* operation) =>
        Flow.Jump(state, operation, operation + (long)operation->Immediate);

    public static DecodedOperation* Far(CpuState* state, DecodedOperation* operation) =>
        Flow.JumpTo(state, operation, state->PageAddress + operation->Immediate);

    public static DecodedOperation* NearWithLink(CpuState* state, DecodedOperation* operation)
    {
        state->X[LinkRegister] = CpuState.AddressOf(state, operation) + 4;
        return Flow.Jump(state, operation, operation + (long)operation->Immediate);
    }

    public static DecodedOperation* FarWithLink(CpuState* state, DecodedOperation* operation)
    {
        state->X[LinkRegister] = CpuState.AddressOf(state, operation) + 4;
        return Flow.JumpTo(state, operation, state->PageAddress + operation->Immediate);
    }

    public static DecodedOperation* ConditionalNear<TCondition>(CpuState* state, DecodedOperation* operation)
        where TCondition : struct, Conditions.ICondition =>
        TCondition.Holds(state) ? Near(state, operation) : operation + 1;

    public static DecodedOperation* ConditionalFar<TCondition>(CpuState* state, DecodedOperation* operation)
        where TCondition : struct, Conditions.ICondition =>
        TCondition.Holds(state) ? Far(state, operation) : operation + 1;

    public static DecodedOperation* ZeroNear<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T> =>
        Registers.Read<T>(state, operation->Rn) == T.Zero ? Near(state, operation) : operation + 1;

    public static DecodedOperation* ZeroFar<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T> =>
        Registers.Read<T>(state, operation->Rn) == T.Zero ? Far(state, operation) : operation + 1;

    public static DecodedOperation* NonzeroNear<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T> =>
        Registers.Read<T>(state, operation->Rn) != T.Zero ? Near(state, operation) : operation + 1;

    public static DecodedOperation* NonzeroFar<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T> =>
        Registers.Read<T>(state, operation->Rn) != T.Zero ? Far(state, operation) : operation + 1;

    public static DecodedOperation* BitClearNear(CpuState* state, DecodedOperation* operation) =>
        ((state->X[operation->Rn] >> operation->A) & 1) == 0 ? Near(state, operation) : operation + 1;

    public static DecodedOperation* BitClearFar(CpuState* state, DecodedOperation* operation) =>
        ((state->X[operation->Rn] >> operation->A) & 1) == 0 ? Far(state, operation) : operation + 1;

    public static DecodedOperation* BitSetNear(CpuState* state, DecodedOperation* operation) =>
        ((state->X[operation->Rn] >> operation->A) & 1) != 0 ? Near(state, operation) : operation + 1;

    public static DecodedOperation* BitSetFar(CpuState* state, DecodedOperation* operation) =>
        ((state->X[operation->Rn] >> operation->A) & 1) != 0 ? Far(state, operation) : operation + 1;

    /// <summary>RET.</summary>
    public static DecodedOperation* Return(CpuState* state, DecodedOperation* operation) =>
        Flow.JumpTo(state, operation, state->X[operation->Rn]);

    /// <summary>BR: A is its branch type in a guarded page.</summary>
    public static DecodedOperation* ToRegister(CpuState* state, DecodedOperation* operation) =>
        Indirect(state, operation, state->X[operation->Rn], operation->A);

    /// <summary>BLR.</summary>
    public static DecodedOperation* ToRegisterWithLink(CpuState* state, DecodedOperation* operation)
    {
        ulong target = state->X[operation->Rn];
        state->X[LinkRegister] = CpuState.AddressOf(state, operation) + 4;
        return Indirect(state, operation, target, BranchTypes.Call);
    }

    /// <summary>An indirect branch, which on a CPU with FEAT_BTI has a type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DecodedOperation* Indirect(CpuState* state, DecodedOperation* operation, ulong target, int inGuardedPage) =>
        state->CodeGuards == null ? Flow.JumpTo(state, operation, target) : Typed(state, operation, target, inGuardedPage);

    // Where the target is not guarded and is executed at once, only that one can tell that there was a type.
    private static DecodedOperation* Typed(CpuState* state, DecodedOperation* operation, ulong target, int inGuardedPage)
    {
        state->BranchType = BranchTypes.InPage(state, inGuardedPage);
        CodeTlbEntry* entry = state->CodeTlb + Tlb.CodeIndexOf(target);
        long retired = state->Retired + (operation - state->Entry) + 1;
        if (state->CodeGuards[Tlb.CodeIndexOf(target)] == 0 && entry->Tag == ((target & ~0xfffUL) | state->CodeTlbContext | (target & 3)) && retired < state->SoftLimit)
        {
            BranchTypes.Accept(state, retired);
            return Flow.JumpTo(state, operation, target);
        }

        state->Retired = retired;
        return Flow.Resume(state, target);
    }
}
