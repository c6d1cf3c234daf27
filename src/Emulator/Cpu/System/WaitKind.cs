namespace Emulator.Cpu.System;

/// <summary>What a CPU waits for.</summary>
internal enum WaitKind
{
    /// <summary>Nothing: it executes.</summary>
    None,

    /// <summary>WFI: an interrupt, masked or not.</summary>
    Interrupt,

    /// <summary>WFE: an event, or an interrupt that is not masked.</summary>
    Event,
}
