using Emulator.Cpu.Features;

namespace Emulator.Cpu.System;

/// <summary>Bits of HCR_EL2 (Arm ARM D13.2.48).</summary>
internal static class HypervisorConfiguration
{
    /// <summary>VM: stage 2 translation is on.</summary>
    public const ulong VirtualMemory = 1UL << 0;

    /// <summary>SWIO: set/way invalidation cleans too.</summary>
    public const ulong SetWayInvalidationOverride = 1UL << 1;

    /// <summary>PTW: a stage 1 table that stage 2 has in Device memory is a Permission fault.</summary>
    public const ulong ProtectedTableWalk = 1UL << 2;

    /// <summary>FMO: physical FIQs go to EL2, virtual ones are on.</summary>
    public const ulong RouteFiq = 1UL << 3;

    /// <summary>IMO: physical IRQs go to EL2, virtual ones are on.</summary>
    public const ulong RouteIrq = 1UL << 4;

    /// <summary>AMO: physical SErrors go to EL2, virtual ones are on.</summary>
    public const ulong RouteSystemError = 1UL << 5;

    /// <summary>VF: a virtual FIQ is pending.</summary>
    public const ulong VirtualFiq = 1UL << 6;

    /// <summary>VI: a virtual IRQ is pending.</summary>
    public const ulong VirtualIrq = 1UL << 7;

    /// <summary>VSE: a virtual SError is pending.</summary>
    public const ulong VirtualSystemError = 1UL << 8;

    /// <summary>FB: TLB maintenance of EL1 is broadcast.</summary>
    public const ulong ForceBroadcast = 1UL << 9;

    /// <summary>DC: with stage 1 off, memory is Normal write-back.</summary>
    public const ulong DefaultCacheability = 1UL << 12;

    /// <summary>TWI: WFI is trapped.</summary>
    public const ulong TrapWaitForInterrupt = 1UL << 13;

    /// <summary>TWE: WFE is trapped.</summary>
    public const ulong TrapWaitForEvent = 1UL << 14;

    /// <summary>TID0: ID group 0 (none in AArch64).</summary>
    public const ulong TrapId0 = 1UL << 15;

    /// <summary>TID1: ID group 1 (REVIDR_EL1, AIDR_EL1).</summary>
    public const ulong TrapId1 = 1UL << 16;

    /// <summary>TID2: ID group 2 (CTR_EL0, CCSIDR_EL1, CLIDR_EL1, CSSELR_EL1).</summary>
    public const ulong TrapId2 = 1UL << 17;

    /// <summary>TID3: ID group 3 (feature registers).</summary>
    public const ulong TrapId3 = 1UL << 18;

    /// <summary>TSC: SMC is trapped.</summary>
    public const ulong TrapSecureMonitorCall = 1UL << 19;

    /// <summary>TIDCP: the encodings left to implementations are trapped.</summary>
    public const ulong TrapImplementationDefined = 1UL << 20;

    /// <summary>TACR: ACTLR_EL1 is trapped.</summary>
    public const ulong TrapAuxiliaryControl = 1UL << 21;

    /// <summary>TSW: cache maintenance by set and way is trapped.</summary>
    public const ulong TrapSetWay = 1UL << 22;

    /// <summary>TPC: cache maintenance to the point of coherency is trapped.</summary>
    public const ulong TrapPointOfCoherency = 1UL << 23;

    /// <summary>TPU: cache maintenance to the point of unification is trapped.</summary>
    public const ulong TrapPointOfUnification = 1UL << 24;

    /// <summary>TTLB: TLB maintenance is trapped.</summary>
    public const ulong TrapTlb = 1UL << 25;

    /// <summary>TVM: writes of the virtual memory controls are trapped.</summary>
    public const ulong TrapVirtualMemoryWrites = 1UL << 26;

    /// <summary>TGE: general exceptions of EL0 go to EL2.</summary>
    public const ulong TrapGeneralExceptions = 1UL << 27;

    /// <summary>TDZ: DC ZVA is trapped.</summary>
    public const ulong TrapZeroCacheLine = 1UL << 28;

    /// <summary>HCD: HVC is UNDEFINED (only where EL3 is absent).</summary>
    public const ulong HypervisorCallDisable = 1UL << 29;

    /// <summary>TRVM: reads of the virtual memory controls are trapped.</summary>
    public const ulong TrapVirtualMemoryReads = 1UL << 30;

    /// <summary>RW: EL1 is AArch64, which here it always is.</summary>
    public const ulong RegisterWidth = 1UL << 31;

    /// <summary>CD: stage 2 makes Normal memory Non-cacheable for data.</summary>
    public const ulong DataCacheDisable = 1UL << 32;

    /// <summary>ID: stage 2 makes Normal memory Non-cacheable for instructions.</summary>
    public const ulong InstructionCacheDisable = 1UL << 33;

    /// <summary>E2H: EL2 is that of a host operating system, with EL0 and two ranges of addresses.</summary>
    public const ulong Host = 1UL << 34;

    /// <summary>TLOR: registers of LORegions are trapped (FEAT_LOR).</summary>
    public const ulong TrapLimitedOrdering = 1UL << 35;

    /// <summary>TERR: registers of error records are trapped (FEAT_RAS).</summary>
    public const ulong TrapErrorRecords = 1UL << 36;

    /// <summary>TEA: synchronous external aborts go to EL2 (FEAT_RAS).</summary>
    public const ulong RouteExternalAborts = 1UL << 37;

    /// <summary>APK: EL1 may use the key registers (FEAT_PAuth).</summary>
    public const ulong PermitKeys = 1UL << 40;

    /// <summary>API: EL1 and EL0 may use pointer authentication (FEAT_PAuth).</summary>
    public const ulong PermitPointerAuthentication = 1UL << 41;

    /// <summary>What can be written on a CPU of ARMv8.0 (CD and ID included).</summary>
    public const ulong Writable = 0x3_7fff_ffff & ~(RegisterWidth | HypervisorCallDisable);

    /// <summary>What counts as zero while TGE is set.</summary>
    public const ulong IgnoredWithTrapGeneralExceptions = SetWayInvalidationOverride | ProtectedTableWalk | VirtualFiq | VirtualIrq | VirtualSystemError | ForceBroadcast
        | TrapId1 | TrapId3 | TrapSecureMonitorCall | TrapAuxiliaryControl | TrapSetWay | TrapTlb | TrapVirtualMemoryWrites | HypervisorCallDisable | TrapVirtualMemoryReads
        | TrapLimitedOrdering;

    /// <summary>What counts as zero besides while E2H is set too.</summary>
    public const ulong IgnoredInHost = VirtualMemory | RouteFiq | RouteIrq | RouteSystemError | DefaultCacheability | TrapWaitForInterrupt | TrapWaitForEvent
        | TrapId0 | TrapId2 | TrapPointOfCoherency | TrapPointOfUnification | TrapZeroCacheLine | DataCacheDisable | InstructionCacheDisable;

    /// <summary>What can be written besides on a CPU with some features.</summary>
    public static ulong WritableWith(CpuFeatureSet features) =>
        (features.Contains(CpuFeature.Vhe) ? Host : 0)
        | (features.Contains(CpuFeature.Lor) ? TrapLimitedOrdering : 0)
        | (features.Contains(CpuFeature.Ras) ? TrapErrorRecords | RouteExternalAborts : 0)
        | (features.Contains(CpuFeature.PAuth) ? PermitKeys | PermitPointerAuthentication : 0);
}
