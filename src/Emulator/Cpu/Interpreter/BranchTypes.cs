using Emulator.Cpu.System;

namespace Emulator.Cpu.Interpreter;

/// <summary>
/// PSTATE.BTYPE (FEAT_BTI, Arm ARM D8.4): how the last instruction has branched. It matters to the next instruction alone, and only where that is in a guarded page; so it
/// is kept in <see cref="CpuState.BranchType"/> just while the next instruction is not known to be executed, and is zero otherwise.
/// </summary>
internal static unsafe class BranchTypes
{
    /// <summary>BR by X16 or X17, or from a page that is not guarded.</summary>
    public const int Veneer = 1;

    /// <summary>BLR.</summary>
    public const int Call = 2;

    /// <summary>BR otherwise.</summary>
    public const int Jump = 3;

    /// <summary>What a BR by a register is in a guarded page.</summary>
    public static byte OfRegister(uint Rn) => Rn is 16 or 17 ? (byte)Veneer : (byte)Jump;

    /// <summary>The target of the last indirect branch is executed next, after so many instructions.</summary>
    public static void Accept(CpuState* state, long retired)
    {
        state->BranchTypeOfTarget = state->BranchType;
        state->BranchRetired = retired;
        state->BranchType = 0;
    }

    /// <summary>The type of a branch from the page that is being executed.</summary>
    /// <param name="state">The CPU.</param>
    /// <param name="inGuardedPage">Its type in a guarded page.</param>
    public static int InPage(CpuState* state, int inGuardedPage) =>
        inGuardedPage == Jump && state->CodeGuards[Tlb.CodeIndexOf(state->PageAddress)] == 0 ? Veneer : inGuardedPage;

    /// <summary>Whether an instruction of a guarded page may be reached by a branch of this type.</summary>
    /// <param name="instruction">The instruction word.</param>
    /// <param name="branchType">The type, 1 to 3.</param>
    /// <param name="isStrict">SCTLR_ELx.BT: PACIASP and PACIBSP are no landing pads of jumps.</param>
    public static bool IsLandingPad(uint instruction, int branchType, bool isStrict)
    {
        const uint BranchTargetMask = 0xffff_ff3f;
        const uint BranchTarget = 0xd503_241f;
        const uint PacStackPointerMask = 0xffff_ffbf;
        const uint PacStackPointer = 0xd503_233f;
        const uint ImmediateMask = 0xffe0_001f;
        const uint Breakpoint = 0xd420_0000;
        const uint Halt = 0xd440_0000;
        if ((instruction & BranchTargetMask) == BranchTarget)
        {
            return ((instruction >> 6) & 3) switch
            {
                0 => false,
                1 => branchType != Jump,
                2 => branchType != Call,
                _ => true,
            };
        }

        return (instruction & PacStackPointerMask) == PacStackPointer ? branchType != Jump || !isStrict
            : (instruction & ImmediateMask) is Breakpoint or Halt;
    }
}
