namespace Emulator.Unicorn;

/// <summary>Registers as libunicorn numbers them (<c>uc_arm64_reg</c>).</summary>
internal enum UnicornRegister
{
    /// <summary>X29. It does not follow X28.</summary>
    X29 = 1,

    /// <summary>X30.</summary>
    X30 = 2,

    /// <summary>PSTATE.NZCV in bits 31 to 28.</summary>
    Flags = 3,

    /// <summary>The stack pointer in use.</summary>
    StackPointer = 4,

    /// <summary>X0, which X1 to X28 follow.</summary>
    X0 = 199,

    /// <summary>V0, 16 bytes, which V1 to V31 follow.</summary>
    V0 = 228,

    /// <summary>The program counter.</summary>
    ProgramCounter = 260,

    /// <summary>PSTATE as SPSR_ELx holds it. Writing it changes neither the stack pointer nor what is cached of the state.</summary>
    ProcessState = 265,

    /// <summary>Any system register, see <see cref="UnicornSystemRegister"/>.</summary>
    SystemRegister = 290,

    /// <summary>FPCR.</summary>
    FloatingPointControl = 291,

    /// <summary>FPSR.</summary>
    FloatingPointStatus = 292,
}
