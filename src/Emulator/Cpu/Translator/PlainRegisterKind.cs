namespace Emulator.Cpu.Translator;

/// <summary>Where a system register is that generated code accesses.</summary>
internal enum PlainRegisterKind
{
    /// <summary>It is the interpreter's.</summary>
    None,

    /// <summary>In a slot.</summary>
    Slot,

    /// <summary>SP_EL0, while it is not the current stack pointer.</summary>
    StackPointer,

    /// <summary>PSTATE.DAIF.</summary>
    InterruptMask,

    /// <summary>DAIFSet.</summary>
    InterruptMaskSet,

    /// <summary>DAIFClr.</summary>
    InterruptMaskClear,

    /// <summary>CurrentEL.</summary>
    ExceptionLevel,

    /// <summary>DCZID_EL0, in any mode: <see cref="CpuState.ZeroBlockId"/>.</summary>
    ZeroBlockId,

    /// <summary>CNTPCT_EL0, in any mode: <see cref="System.CounterReadings"/> tell whether it may be read.</summary>
    PhysicalCount,

    /// <summary>CNTVCT_EL0, likewise.</summary>
    VirtualCount,

    /// <summary>CNTFRQ_EL0, likewise: <see cref="CpuState.CounterFrequency"/>.</summary>
    CounterFrequency,
}
