using Emulator.Cpu.Features;
using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>
/// The exception model (Arm ARM D1.10 to D1.13): which level takes an exception, what it finds in its registers, and the way back. Every Take method expects exact
/// counts and PC, counts one retired, and leaves PC at the vector.
/// </summary>
internal sealed unsafe partial class Processor
{
    private const uint InstructionLength = 1u << 25;
    private const int ClassShift = 26;
    private const uint WriteNotRead = 1u << 6;
    private const uint Stage1TableWalk = 1u << 7;
    private const uint CacheMaintenance = 1u << 8;
    private const uint AnyCondition = 0x1e0_0000;

    private const uint FlagBits = 0xf000_0000;
    private const uint UserAccessOverrideBit = 1u << 23;
    private const uint PrivilegedAccessNeverBit = 1u << 22;
    private const uint SoftwareStepBit = 1u << 21;
    private const uint IllegalStateBit = 1u << 20;
    private const uint InterruptMaskBits = 0x3c0;
    private const uint AArch32Bit = 1u << 4;

    // So many exceptions in a row, without one instruction between, are no accident.
    private const int LockUpStreak = 1000;

    private readonly long[] _exceptionCounts = new long[(int)ExceptionKind.Count];
    private long _exceptionsTaken;
    private long _retiredAfterException;
    private int _exceptionStreak;

    /// <summary>Raised after the exception level or the security state may have changed.</summary>
    public event Action? ExecutionStateChanged;

    /// <summary>True when the CPU does nothing any more but take exceptions: the first instruction of a vector faults, for instance.</summary>
    public bool IsLockedUp => _exceptionStreak >= LockUpStreak;

    /// <summary>The exception taken last, for diagnostics; null before the first.</summary>
    public ExceptionRecord? LastException { get; private set; }

    /// <summary>True when what retired last was the entry to an exception.</summary>
    internal bool HasJustTakenException => State->Retired == _retiredAfterException;

    /// <summary>Exceptions taken so far, by <see cref="ExceptionKind"/>.</summary>
    public ReadOnlySpan<long> ExceptionCounts => _exceptionCounts;

    /// <summary>The exception level, 0 to 3.</summary>
    public int ExceptionLevel => State->ExceptionLevel;

    // Where exceptions that nothing routes elsewhere go.
    private int DefaultTarget =>
        State->ExceptionLevel == 0 && (EffectiveHcr & HypervisorConfiguration.TrapGeneralExceptions) != 0 ? 2 : Math.Max(State->ExceptionLevel, 1);

    /// <summary>Takes an Undefined Instruction exception at PC.</summary>
    public void TakeUndefined() => TakeSynchronous(DefaultTarget, ExceptionClass.Unknown, 0);

    /// <summary>Takes an Illegal Execution State exception at PC.</summary>
    public void TakeIllegalState() => TakeSynchronous(DefaultTarget, ExceptionClass.IllegalState, 0);

    /// <summary>Takes a PC alignment fault.</summary>
    /// <param name="address">The PC.</param>
    public void TakePcAlignment(ulong address)
    {
        int target = DefaultTarget;
        Register(SystemRegisterSlot.FarEl1, target) = address;
        TakeSynchronous(target, ExceptionClass.PcAlignment, 0, address);
    }

    /// <summary>Takes an SP alignment fault at PC.</summary>
    public void TakeStackAlignment() => TakeSynchronous(DefaultTarget, ExceptionClass.StackAlignment, 0);

    /// <summary>Takes the exception of an FP or SIMD instruction at PC that <see cref="CpuState.FloatingPointTrap"/> traps.</summary>
    public void TakeFloatingPointTrap()
    {
        int target = State->FloatingPointTrap;
        if (target == 1 && State->ExceptionLevel == 0 && (EffectiveHcr & HypervisorConfiguration.TrapGeneralExceptions) != 0)
        {
            TakeUndefined();
            return;
        }

        TakeSynchronous(target, ExceptionClass.FloatingPointTrap, AnyCondition);
    }

    /// <summary>Takes an Instruction Abort.</summary>
    /// <param name="address">What was to be fetched.</param>
    /// <param name="translation">Why it failed.</param>
    public void TakeInstructionAbort(ulong address, in Translation translation)
    {
        int target = AbortTarget(translation);
        Register(SystemRegisterSlot.FarEl1, target) = address;
        SetIntermediateAddress(target, translation);
        ExceptionClass exceptionClass = target > State->ExceptionLevel ? ExceptionClass.InstructionAbortLower : ExceptionClass.InstructionAbort;
        TakeSynchronous(target, exceptionClass, (uint)translation.Fault | (translation.IsTableWalk ? Stage1TableWalk : 0), address);
    }

    /// <summary>Takes a Data Abort at PC, where <see cref="CpuState.Entry"/> is the instruction.</summary>
    /// <param name="address">What was to be accessed.</param>
    /// <param name="kind">What for.</param>
    /// <param name="translation">Why it failed.</param>
    public void TakeDataAbort(ulong address, AccessKind kind, in Translation translation) =>
        TakeDataAbort(address, translation, (kind == AccessKind.Write ? WriteNotRead : 0)
            | (translation is { IsStage2: true, IsTableWalk: false } ? LoadStoreSyndrome.Of(State->Entry->Encoding) : 0));

    /// <summary>Takes the Data Abort of a cache maintenance or address translation instruction at PC, which is reported as a write.</summary>
    /// <param name="address">What was to be accessed.</param>
    /// <param name="translation">Why it failed.</param>
    public void TakeMaintenanceAbort(ulong address, in Translation translation) =>
        TakeDataAbort(address, translation, WriteNotRead | CacheMaintenance);

    /// <summary>Takes the exception of a trapped MSR, MRS or system instruction at PC.</summary>
    /// <param name="target">The level that has trapped it; 1 goes to EL2 when HCR_EL2.TGE is set.</param>
    /// <param name="instruction">The instruction word.</param>
    public void TakeSystemRegisterTrap(int target, uint instruction)
    {
        uint op0 = (instruction >> 19) & 3;
        uint op1 = (instruction >> 16) & 7;
        uint crn = (instruction >> 12) & 15;
        uint crm = (instruction >> 8) & 15;
        uint op2 = (instruction >> 5) & 7;
        uint rt = instruction & 31;
        uint isRead = (instruction >> 21) & 1;
        uint syndrome = (op0 << 20) | (op2 << 17) | (op1 << 14) | (crn << 10) | (rt << 5) | (crm << 1) | isRead;
        TakeSynchronous(target == 1 ? DefaultTarget : target, ExceptionClass.SystemRegisterTrap, syndrome);
    }

    /// <summary>Takes the exception of SVC at PC.</summary>
    public void TakeSupervisorCall(uint immediate) =>
        TakeSynchronous(DefaultTarget, ExceptionClass.SupervisorCall, immediate, State->Pc + 4);

    /// <summary>Takes the exception of HVC at PC, where it is enabled.</summary>
    public void TakeHypervisorCall(uint immediate) =>
        TakeSynchronous(Math.Max(State->ExceptionLevel, 2), ExceptionClass.HypervisorCall, immediate, State->Pc + 4);

    /// <summary>Takes the exception of SMC at PC, where it is enabled.</summary>
    public void TakeSecureMonitorCall(uint immediate) =>
        TakeSynchronous(3, ExceptionClass.SecureMonitorCall, immediate, State->Pc + 4);

    /// <summary>Takes the exception of an SMC at PC that HCR_EL2.TSC traps.</summary>
    public void TakeSecureMonitorCallTrap(uint immediate) => TakeSynchronous(2, ExceptionClass.SecureMonitorCall, immediate);

    /// <summary>Takes the exception of BRK at PC.</summary>
    public void TakeBreakpointInstruction(uint immediate)
    {
        RestoreBranchTypeOfTarget();
        TakeSynchronous(DebugTarget, ExceptionClass.BreakpointInstruction, immediate);
    }

    /// <summary>Takes the exception of a trapped WFI (0) or WFE (1) at PC.</summary>
    public void TakeWaitTrap(int target, uint which) =>
        TakeSynchronous(target == 1 ? DefaultTarget : target, ExceptionClass.WaitTrap, AnyCondition | which);

    // Debug exceptions of EL0 and EL1 go to EL2 by MDCR_EL2.TDE or HCR_EL2.TGE (Arm ARM D2.4).
    private int DebugTarget
    {
        get
        {
            bool toEl2 = State->ExceptionLevel < 2 && Model.HasEl2 && !IsSecureBelowEl3
                && ((Register(SystemRegisterSlot.MdcrEl2) & DebugConfiguration.RouteDebugExceptions) != 0
                    || (EffectiveHcr & HypervisorConfiguration.TrapGeneralExceptions) != 0);
            return toEl2 ? 2 : Math.Max(State->ExceptionLevel, 1);
        }
    }

    /// <summary>PSTATE as SPSR_ELx holds it.</summary>
    public uint GetProcessState()
    {
        CpuState* state = State;
        return state->GetFlags()
            | (HasUao ? UserAccessOverrideBit : 0)
            | (HasPan ? PrivilegedAccessNeverBit : 0)
            | (state->SoftwareStep != 0 ? SoftwareStepBit : 0)
            | (state->IllegalState != 0 ? IllegalStateBit : 0)
            | state->InterruptMask
            | ExtendedProcessState
            | ((uint)state->ExceptionLevel << 2)
            | (uint)state->StackPointerSelect;
    }

    /// <summary>ELR_ELx of the current level, which is not EL0.</summary>
    internal ulong ExceptionLink => Register(SystemRegisterSlot.ElrEl1, State->ExceptionLevel);

    /// <summary>Executes ERET at PC, which counts one retired and leaves PC where it leads.</summary>
    /// <param name="address">Where it leads.</param>
    public void ReturnFromException(ulong address)
    {
        CpuState* state = State;
        int from = state->ExceptionLevel;
        CountEvent(PerformanceEvent.ExceptionReturn);
        CountPerformance(1);
        uint saved = (uint)Register(SystemRegisterSlot.SpsrEl1, from);
        bool isLegal = IsLegalReturn(saved, from);
        state->SoftwareStep = StartsStep(saved, from, isLegal ? (int)(saved >> 2) & 3 : from) ? 1 : 0;
        state->SetFlags(saved & FlagBits);
        state->InterruptMask = saved & InterruptMaskBits;
        RestoreAccessModes(saved);
        if (isLegal)
        {
            state->IllegalState = (saved & IllegalStateBit) != 0 ? 1 : 0;
            RestoreExtendedProcessState(saved);
            Enter((int)(saved >> 2) & 3, (int)saved & 1);
        }
        else
        {
            // Arm ARM D1.11.3: the level and SP stay, and the next instruction is illegal.
            state->IllegalState = 1;
            UpdateDebug();
            CheckInterrupts();
        }

        state->ExclusiveSet = 0;
        state->Pc = CanonicalCodeAddress(address);
        state->Retired++;
        IsEventSet = true;
    }

    /// <summary>Changes PSTATE.SP.</summary>
    internal void SelectStackPointer(int select)
    {
        CpuState* state = State;
        state->StackPointers[state->StackPointerSelect == 0 ? 0 : state->ExceptionLevel] = state->X[CpuState.StackPointer];
        state->StackPointerSelect = select;
        state->X[CpuState.StackPointer] = state->StackPointers[select == 0 ? 0 : state->ExceptionLevel];
        UpdatePlainRegisters();
    }

    private bool IsLegalReturn(uint saved, int from)
    {
        int to = (int)(saved >> 2) & 3;
        bool isThere = to switch
        {
            3 => true,
            2 => Model.HasEl2 && !IsSecureBelowEl3,
            1 => (EffectiveHcr & HypervisorConfiguration.TrapGeneralExceptions) == 0,
            _ => (saved & 1) == 0,
        };
        return isThere && to <= from && (saved & (AArch32Bit | 2)) == 0;
    }

    // PAN is set by an exception to a level that may have users, unless SCTLR_ELx.SPAN says otherwise (Arm ARM D1.10.1).
    private bool SetsPan(int target) => Model.Has(CpuFeature.Pan) && (target == 1 || (target == 2 && IsHostInForce))
        && (Register(SystemRegisterSlot.SctlrEl1, target) & SystemControl.KeepsPan) == 0;

    private void RestoreAccessModes(uint saved)
    {
        HasPan = (saved & PrivilegedAccessNeverBit) != 0 && Model.Has(CpuFeature.Pan);
        HasUao = (saved & UserAccessOverrideBit) != 0 && Model.Has(CpuFeature.Uao);
    }

    private void TakeDataAbort(ulong address, in Translation translation, uint access)
    {
        int target = AbortTarget(translation);
        Register(SystemRegisterSlot.FarEl1, target) = address;
        SetIntermediateAddress(target, translation);
        ExceptionClass exceptionClass = target > State->ExceptionLevel ? ExceptionClass.DataAbortLower : ExceptionClass.DataAbort;
        TakeSynchronous(target, exceptionClass, (uint)translation.Fault | access | (translation.IsTableWalk ? Stage1TableWalk : 0));
    }

    private int AbortTarget(in Translation translation)
    {
        bool isExternal = translation.Fault == FaultStatus.External || IsExternalOnWalk(translation.Fault);
        if (isExternal && Model.HasEl3 && (Register(SystemRegisterSlot.ScrEl3) & SecureConfiguration.RouteExternalAborts) != 0)
        {
            return 3;
        }

        bool isHypervisors = isExternal && State->ExceptionLevel < 2 && (EffectiveHcr & HypervisorConfiguration.RouteExternalAborts) != 0;
        return translation.IsStage2 || isHypervisors ? 2 : DefaultTarget;
    }

    private static bool IsExternalOnWalk(FaultStatus fault) => ((int)fault & ~3) == (int)FaultStatus.ExternalOnWalk;

    private void SetIntermediateAddress(int target, in Translation translation)
    {
        if (target == 2 && translation.IsStage2)
        {
            Register(SystemRegisterSlot.HpfarEl2) = (translation.IntermediateAddress >> 12) << 4;
        }
    }

    private void TakeSynchronous(int target, ExceptionClass exceptionClass, uint syndrome) =>
        TakeSynchronous(target, exceptionClass, syndrome, State->Pc);

    private void TakeSynchronous(int target, ExceptionClass exceptionClass, uint syndrome, ulong returnAddress)
    {
        uint esr = ((uint)exceptionClass << ClassShift) | InstructionLength | syndrome;
        Register(SystemRegisterSlot.EsrEl1, target) = esr;
        TakeException(target, ExceptionVector.Synchronous, KindOf(exceptionClass), esr, returnAddress);
    }

    private void TakeException(int target, ExceptionVector vector, ExceptionKind kind, uint esr, ulong returnAddress)
    {
        CpuState* state = State;
        if (_isStepping && kind is not (ExceptionKind.Svc or ExceptionKind.Hvc or ExceptionKind.Smc))
        {
            // The instruction will be executed again and is not stepped yet (SSAdvance).
            state->SoftwareStep = 1;
        }

        // A call is an instruction, and one of the level that it leaves.
        CountPerformance(kind is ExceptionKind.Svc or ExceptionKind.Hvc or ExceptionKind.Smc ? 1 : 0);
        _exceptionsTaken++;
        int from = state->ExceptionLevel;
        Register(SystemRegisterSlot.SpsrEl1, target) = GetProcessState();
        Register(SystemRegisterSlot.ElrEl1, target) = returnAddress;
        ulong offset = target > from ? 0x400UL : state->StackPointerSelect != 0 ? 0x200UL : 0;
        state->SoftwareStep = 0;
        state->IllegalState = 0;
        state->InterruptMask = InterruptMaskBits;
        HasUao = false;
        HasPan |= SetsPan(target);
        EnterExtendedProcessState(target);
        Enter(target, 1);
        state->Pc = Register(SystemRegisterSlot.VbarEl1, target) + offset + (ulong)vector;
        Count(kind);
        ResumePerformance();
        CountEvent(PerformanceEvent.ExceptionTaken);
        LastException = new ExceptionRecord(kind, from, target, esr, returnAddress, HasFaultAddress(kind) ? Register(SystemRegisterSlot.FarEl1, target) : 0);
    }

    // Changes the level and the stack pointer together, and what hangs on them.
    private void Enter(int level, int stackPointerSelect)
    {
        CpuState* state = State;
        state->StackPointers[state->StackPointerSelect == 0 ? 0 : state->ExceptionLevel] = state->X[CpuState.StackPointer];
        state->ExceptionLevel = level;
        state->StackPointerSelect = stackPointerSelect;
        state->X[CpuState.StackPointer] = state->StackPointers[stackPointerSelect == 0 ? 0 : level];
        UpdateContext();
        ExecutionStateChanged?.Invoke();
        CheckInterrupts();
    }

    private void Count(ExceptionKind kind)
    {
        CpuState* state = State;
        _exceptionCounts[(int)kind]++;
        _exceptionStreak = state->Retired == _retiredAfterException ? _exceptionStreak + 1 : 1;
        _retiredAfterException = ++state->Retired;
        if (_exceptionStreak >= LockUpStreak)
        {
            RequestExit();
        }
    }

    private static bool HasFaultAddress(ExceptionKind kind) =>
        kind is ExceptionKind.InstructionAbort or ExceptionKind.DataAbort or ExceptionKind.PcAlignment;

    private static ExceptionKind KindOf(ExceptionClass exceptionClass) => exceptionClass switch
    {
        ExceptionClass.WaitTrap => ExceptionKind.WaitTrap,
        ExceptionClass.FloatingPointTrap => ExceptionKind.FloatingPointTrap,
        ExceptionClass.PointerAuthenticationTrap => ExceptionKind.PointerAuthenticationTrap,
        ExceptionClass.BranchTarget => ExceptionKind.BranchTarget,
        ExceptionClass.IllegalState => ExceptionKind.IllegalState,
        ExceptionClass.SupervisorCall => ExceptionKind.Svc,
        ExceptionClass.HypervisorCall => ExceptionKind.Hvc,
        ExceptionClass.SecureMonitorCall => ExceptionKind.Smc,
        ExceptionClass.SystemRegisterTrap => ExceptionKind.SystemRegisterTrap,
        ExceptionClass.InstructionAbort or ExceptionClass.InstructionAbortLower => ExceptionKind.InstructionAbort,
        ExceptionClass.PcAlignment => ExceptionKind.PcAlignment,
        ExceptionClass.DataAbort or ExceptionClass.DataAbortLower => ExceptionKind.DataAbort,
        ExceptionClass.StackAlignment => ExceptionKind.StackAlignment,
        ExceptionClass.FloatingPointException => ExceptionKind.FloatingPointException,
        ExceptionClass.SystemError => ExceptionKind.SystemError,
        ExceptionClass.Unknown => ExceptionKind.Undefined,
        _ => ExceptionKind.Debug,
    };
}
