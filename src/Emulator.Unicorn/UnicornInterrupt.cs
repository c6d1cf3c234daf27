namespace Emulator.Unicorn;

/// <summary>Exceptions as libunicorn's interrupt hook numbers them (QEMU's <c>EXCP_</c> constants).</summary>
internal enum UnicornInterrupt
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Undefined Instruction.</summary>
    Undefined = 1,

    /// <summary>SVC.</summary>
    SupervisorCall = 2,

    /// <summary>Instruction Abort.</summary>
    InstructionAbort = 3,

    /// <summary>Data Abort.</summary>
    DataAbort = 4,

    /// <summary>IRQ.</summary>
    Interrupt = 5,

    /// <summary>FIQ.</summary>
    FastInterrupt = 6,

    /// <summary>BRK.</summary>
    Breakpoint = 7,

    /// <summary>HVC.</summary>
    HypervisorCall = 11,

    /// <summary>SMC.</summary>
    SecureMonitorCall = 13,
}
