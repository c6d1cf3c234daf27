namespace Emulator.Cpu.System;

/// <summary>The state of a CPU as PSCI's AFFINITY_INFO tells it (DEN0022, 5.7).</summary>
internal enum CpuPowerState
{
    /// <summary>It executes, or waits.</summary>
    On = 0,

    /// <summary>It is off.</summary>
    Off = 1,

    /// <summary>It was switched on and has not started yet.</summary>
    OnPending = 2,
}
