namespace Emulator.Cpu.System;

/// <summary>What self-hosted debug and the performance monitors ask of execution at present (<see cref="CpuState.DebugEvents"/>).</summary>
[Flags]
internal enum DebugEvents
{
    None = 0,

    /// <summary>Software step is active: one instruction at a time.</summary>
    Step = 1 << 0,

    /// <summary>Breakpoints are on: each instruction's address is compared.</summary>
    Breakpoints = 1 << 1,

    /// <summary>Watchpoints are on: each data access is compared, so that none may go past the slow path.</summary>
    Watchpoints = 1 << 2,

    /// <summary>A performance counter counts an event that only some instructions give.</summary>
    Performance = 1 << 3,
}
