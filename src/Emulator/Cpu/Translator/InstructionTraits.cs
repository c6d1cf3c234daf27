namespace Emulator.Cpu.Translator;

/// <summary>What the translator must know of an instruction before it emits code for it.</summary>
[Flags]
internal enum InstructionTraits : ushort
{
    /// <summary>Code is generated for it; otherwise the interpreter executes it.</summary>
    Translated = 1,

    /// <summary>It writes all of NZCV.</summary>
    WritesFlags = 2,

    /// <summary>It reads some of NZCV.</summary>
    ReadsFlags = 4,

    /// <summary>Its code leaves the host's flags alone.</summary>
    KeepsHostFlags = 8,

    /// <summary>Its code may leave before it: a fault, a slow access, or the interpreter.</summary>
    MayLeave = 16,

    /// <summary>It is a branch that may be taken or not.</summary>
    Conditional = 32,

    /// <summary>What follows it is not executed after it.</summary>
    EndsBlock = 64,

    /// <summary>Its code finds vector registers in their places (<see cref="GuestVectors"/>).</summary>
    UsesVectors = 128,

    /// <summary>It accesses a system register: see <see cref="PlainRegister"/>.</summary>
    System = 256,

    /// <summary>It loads or stores general-purpose registers, and leaves behind the block, before any of its effects: see <see cref="RepeatableFlags"/>.</summary>
    PlainAccess = 512,
}
