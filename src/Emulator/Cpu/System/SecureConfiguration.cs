using Emulator.Cpu.Features;

namespace Emulator.Cpu.System;

/// <summary>Bits of SCR_EL3 (Arm ARM D13.2.113).</summary>
internal static class SecureConfiguration
{
    /// <summary>NS: levels below EL3 are non-secure.</summary>
    public const ulong NonSecure = 1UL << 0;

    /// <summary>IRQ: physical IRQs go to EL3.</summary>
    public const ulong RouteIrq = 1UL << 1;

    /// <summary>FIQ: physical FIQs go to EL3.</summary>
    public const ulong RouteFiq = 1UL << 2;

    /// <summary>EA: external aborts and SErrors go to EL3.</summary>
    public const ulong RouteExternalAborts = 1UL << 3;

    /// <summary>SMD: SMC is UNDEFINED.</summary>
    public const ulong SecureMonitorCallDisable = 1UL << 7;

    /// <summary>HCE: HVC is on.</summary>
    public const ulong HypervisorCallEnable = 1UL << 8;

    /// <summary>SIF: no instructions are fetched from non-secure memory in the secure state.</summary>
    public const ulong SecureInstructionFetch = 1UL << 9;

    /// <summary>RW: the next lower level is AArch64, which here it always is.</summary>
    public const ulong RegisterWidth = 1UL << 10;

    /// <summary>ST: secure EL1 may use the secure timer.</summary>
    public const ulong SecureTimer = 1UL << 11;

    /// <summary>TWI: WFI is trapped.</summary>
    public const ulong TrapWaitForInterrupt = 1UL << 12;

    /// <summary>TWE: WFE is trapped.</summary>
    public const ulong TrapWaitForEvent = 1UL << 13;

    /// <summary>TLOR: registers of LORegions are trapped (FEAT_LOR).</summary>
    public const ulong TrapLimitedOrdering = 1UL << 14;

    /// <summary>TERR: registers of error records are trapped (FEAT_RAS).</summary>
    public const ulong TrapErrorRecords = 1UL << 15;

    /// <summary>APK: lower levels may use the key registers (FEAT_PAuth).</summary>
    public const ulong PermitKeys = 1UL << 16;

    /// <summary>API: lower levels may use pointer authentication (FEAT_PAuth).</summary>
    public const ulong PermitPointerAuthentication = 1UL << 17;

    /// <summary>What features add to it.</summary>
    public static readonly (CpuFeature Feature, ulong Bits)[] WritableWith =
        [(CpuFeature.Lor, TrapLimitedOrdering), (CpuFeature.Ras, TrapErrorRecords), (CpuFeature.PAuth, PermitKeys | PermitPointerAuthentication)];

    /// <summary>Bits that read as one (RES1).</summary>
    public const ulong ReadAsOne = 0x30;

    /// <summary>What can be written on a CPU of ARMv8.0.</summary>
    public const ulong Writable = NonSecure | RouteIrq | RouteFiq | RouteExternalAborts | SecureMonitorCallDisable | HypervisorCallEnable
        | SecureInstructionFetch | SecureTimer | TrapWaitForInterrupt | TrapWaitForEvent;
}
