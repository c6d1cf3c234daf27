using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>Branch target identification (FEAT_BTI, Arm ARM D8.4).</summary>
internal sealed unsafe partial class Processor
{
    // Ends PSTATE.BTYPE of the branch to an address whose page is in the instruction TLB; or takes the Branch Target exception, which saves it.
    private bool CheckBranchTarget(ulong address, DecodedOperation* operations)
    {
        CpuState* state = State;
        if (Tlb.CodeGuards[Tlb.CodeIndexOf(address)] != 0)
        {
            int level = state->ExceptionLevel;
            ulong strict = level == 0 ? SystemControl.StrictBranchTargetEl0 : SystemControl.StrictBranchTarget;
            bool isStrict = (Register(SystemRegisterSlot.SctlrEl1, TranslationOwner) & strict) != 0;
            uint instruction = CodePage.Of(operations).WordAt((int)(address & 0xfff) >> 2);
            if (!BranchTypes.IsLandingPad(instruction, state->BranchType, isStrict))
            {
                TakeSynchronous(DefaultTarget, ExceptionClass.BranchTarget, (uint)state->BranchType);
                return false;
            }
        }

        BranchTypes.Accept(state, state->Retired);
        return true;
    }
}
