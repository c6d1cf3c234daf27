namespace Emulator.Interrupts;

/// <summary>What a write of some bytes of a GICv2's register does.</summary>
internal enum GicV2NarrowWrite
{
    /// <summary>The other bytes stay as they are.</summary>
    Merged,

    /// <summary>The other bytes are zero, which does nothing: the register sets or clears.</summary>
    ZeroExtended,

    /// <summary>Nothing: the register is a command, and a word.</summary>
    Ignored,
}
