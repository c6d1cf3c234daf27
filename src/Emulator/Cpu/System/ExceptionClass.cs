namespace Emulator.Cpu.System;

/// <summary>ESR_ELx.EC, for exceptions from AArch64 (Arm ARM D13.2.37).</summary>
internal enum ExceptionClass
{
    /// <summary>Undefined instructions, and whatever has no class of its own.</summary>
    Unknown = 0x00,

    /// <summary>A trapped WFI or WFE.</summary>
    WaitTrap = 0x01,

    /// <summary>An access to FP and SIMD that a CPACR or CPTR traps.</summary>
    FloatingPointTrap = 0x07,

    /// <summary>Pointer authentication that HCR_EL2.API or SCR_EL3.API traps.</summary>
    PointerAuthenticationTrap = 0x09,

    /// <summary>An indirect branch to what is no landing pad for it (FEAT_BTI).</summary>
    BranchTarget = 0x0d,

    /// <summary>Execution with PSTATE.IL set.</summary>
    IllegalState = 0x0e,

    /// <summary>SVC.</summary>
    SupervisorCall = 0x15,

    /// <summary>HVC.</summary>
    HypervisorCall = 0x16,

    /// <summary>SMC.</summary>
    SecureMonitorCall = 0x17,

    /// <summary>A trapped MSR, MRS or system instruction.</summary>
    SystemRegisterTrap = 0x18,

    /// <summary>An instruction fetch failed, from a lower level.</summary>
    InstructionAbortLower = 0x20,

    /// <summary>An instruction fetch failed, at the same level.</summary>
    InstructionAbort = 0x21,

    /// <summary>The PC is not aligned.</summary>
    PcAlignment = 0x22,

    /// <summary>A data access failed, from a lower level.</summary>
    DataAbortLower = 0x24,

    /// <summary>A data access failed, at the same level.</summary>
    DataAbort = 0x25,

    /// <summary>SP is not aligned.</summary>
    StackAlignment = 0x26,

    /// <summary>A trapped floating-point exception.</summary>
    FloatingPointException = 0x2c,

    /// <summary>SError.</summary>
    SystemError = 0x2f,

    /// <summary>A hardware breakpoint, from a lower level.</summary>
    BreakpointLower = 0x30,

    /// <summary>A hardware breakpoint, at the same level.</summary>
    Breakpoint = 0x31,

    /// <summary>A software step, from a lower level.</summary>
    SoftwareStepLower = 0x32,

    /// <summary>A software step, at the same level.</summary>
    SoftwareStep = 0x33,

    /// <summary>A watchpoint, from a lower level.</summary>
    WatchpointLower = 0x34,

    /// <summary>A watchpoint, at the same level.</summary>
    Watchpoint = 0x35,

    /// <summary>BRK.</summary>
    BreakpointInstruction = 0x3c,
}
