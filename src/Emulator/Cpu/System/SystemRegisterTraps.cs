namespace Emulator.Cpu.System;

/// <summary>The controls that can trap an access to a system register or a system instruction, by their names in the Arm ARM.</summary>
[Flags]
internal enum SystemRegisterTraps
{
    None = 0,

    /// <summary>HCR_EL2.TVM for writes, HCR_EL2.TRVM for reads.</summary>
    VirtualMemory = 1 << 0,

    /// <summary>HCR_EL2.TID1.</summary>
    Id1 = 1 << 1,

    /// <summary>HCR_EL2.TID2; at EL0 also SCTLR_EL1.UCT.</summary>
    Id2 = 1 << 2,

    /// <summary>HCR_EL2.TID3.</summary>
    Id3 = 1 << 3,

    /// <summary>HCR_EL2.TACR.</summary>
    AuxiliaryControl = 1 << 4,

    /// <summary>CPTR_EL2.TCPAC and CPTR_EL3.TCPAC.</summary>
    Cpacr = 1 << 5,

    /// <summary>CPACR_EL1.FPEN, CPTR_EL2.TFP and CPTR_EL3.TFP.</summary>
    FloatingPoint = 1 << 6,

    /// <summary>SCTLR_EL1.UMA at EL0.</summary>
    InterruptMask = 1 << 7,

    /// <summary>MDCR_EL2.TDA and MDCR_EL3.TDA.</summary>
    Debug = 1 << 8,

    /// <summary>MDCR_EL2.TDOSA and MDCR_EL3.TDOSA.</summary>
    DebugOsLock = 1 << 9,

    /// <summary>MDCR_EL2.TDRA and MDCR_EL3.TDA.</summary>
    DebugRom = 1 << 10,

    /// <summary>MDSCR_EL1.TDCC at EL0, then as <see cref="Debug"/>.</summary>
    DebugChannel = 1 << 11,

    /// <summary>MDCR_EL2.TPM and MDCR_EL3.TPM; at EL0 also PMUSERENR_EL0.EN.</summary>
    Performance = 1 << 12,

    /// <summary>MDCR_EL2.TPMCR, then as <see cref="Performance"/>.</summary>
    PerformanceControl = 1 << 13,

    /// <summary>At EL0, PMUSERENR_EL0.ER permits reading.</summary>
    PerformanceEventRead = 1 << 14,

    /// <summary>At EL0, PMUSERENR_EL0.ER permits writing (PMSELR_EL0).</summary>
    PerformanceEventSelect = 1 << 15,

    /// <summary>At EL0, PMUSERENR_EL0.CR permits reading.</summary>
    PerformanceCycleRead = 1 << 16,

    /// <summary>At EL0, PMUSERENR_EL0.SW permits writing.</summary>
    PerformanceIncrement = 1 << 17,

    /// <summary>HCR_EL2.TPC; at EL0 also SCTLR_EL1.UCI.</summary>
    PointOfCoherency = 1 << 18,

    /// <summary>HCR_EL2.TPU; at EL0 also SCTLR_EL1.UCI.</summary>
    PointOfUnification = 1 << 19,

    /// <summary>HCR_EL2.TSW.</summary>
    SetWay = 1 << 20,

    /// <summary>HCR_EL2.TTLB.</summary>
    Tlb = 1 << 21,

    /// <summary>HCR_EL2.TDZ; at EL0 also SCTLR_EL1.DZE.</summary>
    ZeroCacheLine = 1 << 22,

    /// <summary>PMUSERENR_EL0 itself: readable at EL0, but MDCR_EL2.TPM and MDCR_EL3.TPM trap it.</summary>
    PerformanceAlways = 1 << 23,

    /// <summary>HCR_EL2.APK and SCR_EL3.APK, which permit.</summary>
    PointerKeys = 1 << 24,

    /// <summary>HCR_EL2.TLOR and SCR_EL3.TLOR.</summary>
    LimitedOrdering = 1 << 25,

    /// <summary>HCR_EL2.TERR and SCR_EL3.TERR.</summary>
    ErrorRecords = 1 << 26,

    /// <summary>SCTLR_EL1.EnRCTX at EL0.</summary>
    PredictionRestriction = 1 << 27,
}
