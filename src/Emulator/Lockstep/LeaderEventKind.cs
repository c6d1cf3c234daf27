namespace Emulator.Lockstep;

/// <summary>What the leader's log tells of.</summary>
internal enum LeaderEventKind
{
    /// <summary>A read of a device, with the answer.</summary>
    DeviceRead,

    /// <summary>A write to a device, with its status.</summary>
    DeviceWrite,

    /// <summary>A read of a register outside the CPU, with the answer: counters, timers, the GIC's CPU interface.</summary>
    RegisterRead,

    /// <summary>A write to a register outside the CPU, with its outcome.</summary>
    RegisterWrite,

    /// <summary>PSCI has asked whether a CPU is on.</summary>
    PowerQuery,

    /// <summary>A CPU's interrupt inputs have changed.</summary>
    Inputs,

    /// <summary>A device or the host has written memory.</summary>
    MemoryWritten,

    /// <summary>An array shows itself as memory, or does so no longer.</summary>
    ArrayReadable,
}
