namespace Emulator.Cpu.System;

/// <summary>Bits of MDSCR_EL1 and OSLSR_EL1 (Arm ARM D13.3.19, D13.3.22).</summary>
internal static class DebugControl
{
    /// <summary>MDSCR_EL1.SS: software step.</summary>
    public const ulong SoftwareStep = 1UL << 0;

    /// <summary>MDSCR_EL1.TDCC: EL0 may not use the debug communications channel.</summary>
    public const ulong TrapChannel = 1UL << 12;

    /// <summary>MDSCR_EL1.KDE: debug exceptions from the level that takes them.</summary>
    public const ulong LocalDebugEnable = 1UL << 13;

    /// <summary>MDSCR_EL1.MDE: breakpoints and watchpoints.</summary>
    public const ulong MonitorDebugEnable = 1UL << 15;

    /// <summary>What can be written in MDSCR_EL1.</summary>
    public const ulong Writable = SoftwareStep | TrapChannel | LocalDebugEnable | MonitorDebugEnable | (1UL << 6) | (3UL << 22) | (0xfUL << 26) | (1UL << 31);

    /// <summary>OSLSR_EL1.OSLM: the OS lock is implemented.</summary>
    public const ulong OsLockImplemented = 1UL << 3;

    /// <summary>OSLSR_EL1.OSLK: the OS lock is locked.</summary>
    public const ulong OsLock = 1UL << 1;
}
