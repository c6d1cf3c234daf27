namespace Emulator.Cpu.Translator;

/// <summary>
/// What generated code takes for granted of a CPU's state besides the words it is made from. Code for each combination is kept apart. No instruction
/// that is translated changes any of it.
/// </summary>
[Flags]
internal enum TranslationMode
{
    None = 0,

    /// <summary>Accesses must be aligned: <see cref="CpuState.AlignmentMask"/>.</summary>
    Aligned = 1,

    /// <summary>A base of SP must be aligned: <see cref="CpuState.StackAlignmentMask"/>.</summary>
    StackAligned = 2,

    /// <summary>FP and SIMD instructions do not trap: see <see cref="CpuState.FloatingPointTrap"/>.</summary>
    FloatingPoint = 4,

    /// <summary>Indirect branches have a type (FEAT_BTI). See <see cref="CpuState.CodeGuards"/>.</summary>
    TypedBranches = 8,

    /// <summary>Registers of EL1 can be accessed at once: <see cref="CpuState.HasPlainRegisters"/>.</summary>
    PlainRegisters = 16,

    /// <summary>FPCR wants what the host does: rounding to nearest, denormals as they are, and half precision as in IEEE 754.</summary>
    HostArithmetic = 32,
}
