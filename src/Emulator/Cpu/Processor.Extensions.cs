using Emulator.Cpu.Features;
using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>What small features add to the state: error synchronization (FEAT_RAS), speculation controls (FEAT_DIT, FEAT_SSBS), random numbers (FEAT_RNG).</summary>
internal sealed unsafe partial class Processor
{
    /// <summary>PSTATE.DIT in SPSR_ELx.</summary>
    internal const uint DataIndependentTimingBit = 1u << 24;

    /// <summary>PSTATE.SSBS in SPSR_ELx.</summary>
    internal const uint SpeculativeStoreBypassBit = 1u << 12;

    /// <summary>The bits of DISR_EL1: A, IDS, and what ESR_ELx.ISS has for an SError.</summary>
    internal const ulong DeferredErrorBits = ErrorIsDeferred | 0x1ff_ffff;

    private const ulong ErrorIsDeferred = 1UL << 31;
    private const int BranchTypeShift = 10;
    private const uint BranchTypeBits = 3u << BranchTypeShift;

    /// <summary>What RNDR and RNDRRS read.</summary>
    public MachineRandom Random { get; init; } = new(seed: 0, "cpu");

    /// <summary>DISR_EL1; a guest whose SErrors are virtual has VDISR_EL2 by this name.</summary>
    internal ulong DeferredError
    {
        get => HidesErrors ? 0 : Register(DeferredErrorSlot);
        set
        {
            if (!HidesErrors)
            {
                Register(DeferredErrorSlot) = value & DeferredErrorBits;
            }
        }
    }

    private SystemRegisterSlot DeferredErrorSlot => HasVirtualErrors ? SystemRegisterSlot.VdisrEl2 : SystemRegisterSlot.DisrEl1;

    private bool HasVirtualErrors => State->ExceptionLevel < 2 && (EffectiveHcr & HypervisorConfiguration.RouteSystemError) != 0;

    // Errors that go to EL3 are none of the lower levels' business.
    private bool HidesErrors => !HasVirtualErrors && State->ExceptionLevel < 3 && Model.HasEl3
        && (Register(SystemRegisterSlot.ScrEl3) & SecureConfiguration.RouteExternalAborts) != 0;

    /// <summary>ESB: a pending SError that is masked here is deferred to DISR_EL1 or VDISR_EL2; one that is not is taken before the next instruction anyway.</summary>
    internal void SynchronizeErrors()
    {
        if ((State->InterruptMask & MaskSystemError) == 0)
        {
            return;
        }

        if (HasVirtualErrors)
        {
            ref ulong hcr = ref Register(SystemRegisterSlot.HcrEl2);
            if ((hcr & HypervisorConfiguration.VirtualSystemError) != 0)
            {
                Register(SystemRegisterSlot.VdisrEl2) = ErrorIsDeferred | (Register(SystemRegisterSlot.VsesrEl2) & DeferredErrorBits);
                hcr &= ~HypervisorConfiguration.VirtualSystemError;
            }
        }
        else if ((_inputs & InterruptInputs.SystemError) != 0 && !HidesErrors)
        {
            Register(SystemRegisterSlot.DisrEl1) = ErrorIsDeferred;
            _inputs &= ~InterruptInputs.SystemError;
        }

        CheckInterrupts();
    }

    /// <summary>Writes PSTATE.DIT or PSTATE.SSBS.</summary>
    internal void SetSpeculationControl(uint bit, ulong value) => State->SpeculationControls = (State->SpeculationControls & ~bit) | ((uint)value & bit);

    /// <summary>RNDR and RNDRRS: there always is a number, which PSTATE.NZCV of zero says.</summary>
    internal ulong ReadRandomNumber()
    {
        State->SetFlags(0);
        return Random.NextUInt64();
    }

    /// <summary>PSTATE as SPSR_ELx holds it, whether an engine has looked at the target of a branch already or not.</summary>
    internal uint ArchitecturalProcessState => GetProcessState()
        | (State->BranchRetired == State->Retired ? (uint)State->BranchTypeOfTarget << BranchTypeShift : 0);

    // What an SPSR has of PSTATE.BTYPE, DIT and SSBS.
    private uint ExtendedProcessState => State->SpeculationControls | ((uint)State->BranchType << BranchTypeShift);

    // BRK is a landing pad of all branches, and saves their type. Other instructions that take an exception may save zero (AArch64.TakeException), and do.
    private void RestoreBranchTypeOfTarget()
    {
        if (State->BranchTypeOfTarget != 0 && State->BranchRetired == State->Retired)
        {
            State->BranchType = State->BranchTypeOfTarget;
        }
    }

    private void RestoreExtendedProcessState(uint saved)
    {
        uint controls = (Model.Has(CpuFeature.Dit) ? DataIndependentTimingBit : 0) | (Model.Has(CpuFeature.Ssbs) ? SpeculativeStoreBypassBit : 0);
        State->SpeculationControls = saved & controls;
        State->BranchType = Model.Has(CpuFeature.Bti) ? (int)((saved & BranchTypeBits) >> BranchTypeShift) : 0;
    }

    // PSTATE.DIT is clear at an exception's vector, and SCTLR_ELx.DSSBS says what SSBS is (AArch64.TakeException).
    private void EnterExtendedProcessState(int target)
    {
        State->BranchType = 0;
        State->SpeculationControls = (Register(SystemRegisterSlot.SctlrEl1, target) & SystemControl.DefaultSpeculativeStoreBypass) != 0 ? SpeculativeStoreBypassBit : 0;
    }
}
