namespace Emulator.Cpu.System;

/// <summary>The events that the performance monitors count, by their numbers (Arm ARM D7.10). All are counted exactly, and alike on every engine.</summary>
internal enum PerformanceEvent
{
    /// <summary>SW_INCR: a write to PMSWINC_EL0.</summary>
    SoftwareIncrement = 0x00,

    /// <summary>LD_RETIRED: a load, atomic ones included.</summary>
    Load = 0x06,

    /// <summary>ST_RETIRED: a store, atomic ones included.</summary>
    Store = 0x07,

    /// <summary>INST_RETIRED.</summary>
    Instruction = 0x08,

    /// <summary>EXC_TAKEN.</summary>
    ExceptionTaken = 0x09,

    /// <summary>EXC_RETURN.</summary>
    ExceptionReturn = 0x0a,

    /// <summary>PC_WRITE_RETIRED: a branch that was taken, or an exception return.</summary>
    PcWrite = 0x0c,

    /// <summary>BR_IMMED_RETIRED: a branch to an address in the instruction.</summary>
    ImmediateBranch = 0x0d,

    /// <summary>BR_RETURN_RETIRED: RET.</summary>
    Return = 0x0e,

    /// <summary>CPU_CYCLES: each instruction takes one.</summary>
    Cycle = 0x11,

    /// <summary>MEM_ACCESS: an instruction that loads or stores.</summary>
    MemoryAccess = 0x13,

    /// <summary>INST_SPEC: nothing is speculated, so as <see cref="Instruction"/>.</summary>
    InstructionSpeculated = 0x1b,

    /// <summary>CHAIN: the counter below has overflowed, for an odd one.</summary>
    Chain = 0x1e,

    /// <summary>BR_RETIRED: any branch.</summary>
    Branch = 0x21,
}
