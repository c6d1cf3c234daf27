namespace Emulator.Cpu.System;

/// <summary>What an access wants of a page.</summary>
internal enum AccessKind
{
    /// <summary>A load.</summary>
    Read,

    /// <summary>A store, or a load of an instruction that also stores.</summary>
    Write,

    /// <summary>An instruction fetch.</summary>
    Execute,
}
