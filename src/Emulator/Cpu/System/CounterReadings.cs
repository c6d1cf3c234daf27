namespace Emulator.Cpu.System;

/// <summary>
/// Readings of CNTPCT_EL0 or CNTVCT_EL0 that generated code may make by itself: some once nothing has trapped one, none after anything that may trap the next, or
/// show it another count.
/// </summary>
internal struct CounterReadings
{
    /// <summary>How many are left.</summary>
    public long Left;

    /// <summary>How many there were when it was said last.</summary>
    public long Granted;

    /// <summary>What the physical count is ahead of the register.</summary>
    public ulong Offset;
}
