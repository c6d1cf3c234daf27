namespace Emulator.Cpu.System;

/// <summary>Exceptions as statistics count them.</summary>
internal enum ExceptionKind
{
    /// <summary>Undefined instruction, or an exception without a class of its own.</summary>
    Undefined,

    /// <summary>Trapped WFI or WFE.</summary>
    WaitTrap,

    /// <summary>Trapped FP or SIMD instruction.</summary>
    FloatingPointTrap,

    /// <summary>Illegal execution state.</summary>
    IllegalState,

    /// <summary>SVC.</summary>
    Svc,

    /// <summary>HVC.</summary>
    Hvc,

    /// <summary>SMC.</summary>
    Smc,

    /// <summary>Trapped system register access or system instruction.</summary>
    SystemRegisterTrap,

    /// <summary>Instruction abort.</summary>
    InstructionAbort,

    /// <summary>PC alignment fault.</summary>
    PcAlignment,

    /// <summary>Data abort.</summary>
    DataAbort,

    /// <summary>SP alignment fault.</summary>
    StackAlignment,

    /// <summary>Trapped floating-point exception.</summary>
    FloatingPointException,

    /// <summary>Breakpoint, watchpoint, software step or BRK.</summary>
    Debug,

    /// <summary>IRQ, physical or virtual.</summary>
    Irq,

    /// <summary>FIQ, physical or virtual.</summary>
    Fiq,

    /// <summary>SError, physical or virtual.</summary>
    SystemError,

    /// <summary>Trapped pointer authentication.</summary>
    PointerAuthenticationTrap,

    /// <summary>Branch target exception.</summary>
    BranchTarget,

    /// <summary>How many there are.</summary>
    Count,
}
