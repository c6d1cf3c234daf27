namespace Emulator.Cpu.FastForward;

/// <summary>What an instruction does with memory.</summary>
internal enum MemoryOperandKind
{
    /// <summary>Nothing but a hint.</summary>
    Prefetch,

    /// <summary>Loads registers.</summary>
    Load,

    /// <summary>Stores registers.</summary>
    Store,
}
