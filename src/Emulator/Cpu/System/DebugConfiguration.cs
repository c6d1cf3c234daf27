namespace Emulator.Cpu.System;

/// <summary>Bits of MDCR_EL2 and MDCR_EL3 (Arm ARM D13.3.17).</summary>
internal static class DebugConfiguration
{
    /// <summary>TPMCR: PMCR_EL0 is trapped (EL2 alone).</summary>
    public const ulong TrapPerformanceControl = 1UL << 5;

    /// <summary>TPM: the PMU is trapped.</summary>
    public const ulong TrapPerformance = 1UL << 6;

    /// <summary>TDE: debug exceptions go to EL2 (EL2 alone).</summary>
    public const ulong RouteDebugExceptions = 1UL << 8;

    /// <summary>SDD: no debug exceptions in the secure state (EL3 alone).</summary>
    public const ulong SecureDebugDisable = 1UL << 16;

    /// <summary>TDA: debug registers are trapped.</summary>
    public const ulong TrapDebug = 1UL << 9;

    /// <summary>TDOSA: the OS lock's registers are trapped.</summary>
    public const ulong TrapDebugOsLock = 1UL << 10;

    /// <summary>TDRA: MDRAR_EL1 is trapped (EL2 alone).</summary>
    public const ulong TrapDebugRom = 1UL << 11;
}
