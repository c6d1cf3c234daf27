using Emulator.Cpu.Features;

namespace Emulator.Cpu.System;

/// <summary>Bits of SCTLR_EL1, SCTLR_EL2 and SCTLR_EL3 (Arm ARM D13.2.118).</summary>
internal static class SystemControl
{
    /// <summary>M: stage 1 translation of the regime is on.</summary>
    public const ulong MmuEnable = 1UL << 0;

    /// <summary>A: all data accesses must be aligned.</summary>
    public const ulong AlignmentCheck = 1UL << 1;

    /// <summary>C: data accesses may be cached.</summary>
    public const ulong DataCacheEnable = 1UL << 2;

    /// <summary>SA: SP must be aligned when it is a base at the regime's own level.</summary>
    public const ulong StackAlignmentCheck = 1UL << 3;

    /// <summary>SA0: the same for EL0.</summary>
    public const ulong StackAlignmentCheckEl0 = 1UL << 4;

    /// <summary>UMA: EL0 may use DAIF.</summary>
    public const ulong UserMaskAccess = 1UL << 9;

    /// <summary>EnRCTX: EL0 may use CFP, DVP and CPP RCTX (FEAT_SPECRES).</summary>
    public const ulong UserPredictionRestriction = 1UL << 10;

    /// <summary>I: instruction accesses may be cached.</summary>
    public const ulong InstructionCacheEnable = 1UL << 12;

    /// <summary>EnDB: the data key B is on (FEAT_PAuth).</summary>
    public const ulong EnableDataKeyB = 1UL << 13;

    /// <summary>DZE: EL0 may use DC ZVA.</summary>
    public const ulong UserZeroCacheLine = 1UL << 14;

    /// <summary>UCT: EL0 may read CTR_EL0.</summary>
    public const ulong UserCacheType = 1UL << 15;

    /// <summary>nTWI: WFI at EL0 is not trapped.</summary>
    public const ulong NoTrapWaitForInterrupt = 1UL << 16;

    /// <summary>nTWE: WFE at EL0 is not trapped.</summary>
    public const ulong NoTrapWaitForEvent = 1UL << 18;

    /// <summary>WXN: what is writable is not executable.</summary>
    public const ulong WriteImpliesExecuteNever = 1UL << 19;

    /// <summary>E0E: data accesses of EL0 are big-endian.</summary>
    public const ulong BigEndianEl0 = 1UL << 24;

    /// <summary>EE: data accesses of the regime's own level, and its table walks, are big-endian.</summary>
    public const ulong BigEndian = 1UL << 25;

    /// <summary>UCI: EL0 may use cache maintenance by address.</summary>
    public const ulong UserCacheInstructions = 1UL << 26;

    /// <summary>EnDA: the data key A is on (FEAT_PAuth).</summary>
    public const ulong EnableDataKeyA = 1UL << 27;

    /// <summary>EnIB: the instruction key B is on (FEAT_PAuth).</summary>
    public const ulong EnableInstructionKeyB = 1UL << 30;

    /// <summary>EnIA: the instruction key A is on (FEAT_PAuth).</summary>
    public const ulong EnableInstructionKeyA = 1UL << 31;

    /// <summary>The keys of FEAT_PAuth.</summary>
    public const ulong EnableKeys = EnableDataKeyA | EnableDataKeyB | EnableInstructionKeyA | EnableInstructionKeyB;

    /// <summary>BT0: at EL0, PACIASP is no landing pad for BR (FEAT_BTI).</summary>
    public const ulong StrictBranchTargetEl0 = 1UL << 35;

    /// <summary>BT1, or BT: the same at the regime's own level.</summary>
    public const ulong StrictBranchTarget = 1UL << 36;

    /// <summary>DSSBS: PSTATE.SSBS after an exception (FEAT_SSBS).</summary>
    public const ulong DefaultSpeculativeStoreBypass = 1UL << 44;

    /// <summary>What can be written in SCTLR_EL1.</summary>
    public const ulong El1Writable = MmuEnable | AlignmentCheck | DataCacheEnable | StackAlignmentCheck | StackAlignmentCheckEl0
        | UserMaskAccess | InstructionCacheEnable | UserZeroCacheLine | UserCacheType | NoTrapWaitForInterrupt | NoTrapWaitForEvent
        | WriteImpliesExecuteNever | BigEndianEl0 | BigEndian | UserCacheInstructions | AArch32Bits | El1ShouldBeOne;

    /// <summary>SPAN: exceptions to the regime's own level leave PSTATE.PAN as it is.</summary>
    public const ulong KeepsPan = 1UL << 23;

    /// <summary>What can be written in SCTLR_EL2 and SCTLR_EL3.</summary>
    public const ulong El2Writable = MmuEnable | AlignmentCheck | DataCacheEnable | StackAlignmentCheck | InstructionCacheEnable
        | WriteImpliesExecuteNever | BigEndian | El2ShouldBeOne;

    /// <summary>What features add to SCTLR_EL2 and SCTLR_EL3.</summary>
    public static readonly (CpuFeature Feature, ulong Bits)[] El2WritableWith =
        [(CpuFeature.PAuth, EnableKeys), (CpuFeature.Bti, StrictBranchTarget), (CpuFeature.Ssbs, DefaultSpeculativeStoreBypass)];

    /// <summary>What features add to SCTLR_EL1.</summary>
    public static readonly (CpuFeature Feature, ulong Bits)[] El1WritableWith =
        [.. El2WritableWith, (CpuFeature.Bti, StrictBranchTargetEl0), (CpuFeature.SpecRes, UserPredictionRestriction)];

    /// <summary>What a host's EL2 adds to SCTLR_EL2: what controls EL0.</summary>
    public static readonly (CpuFeature Feature, ulong Bits)[] HostWritableWith =
    [
        (CpuFeature.Vhe, StackAlignmentCheckEl0 | UserZeroCacheLine | UserCacheType | NoTrapWaitForInterrupt | NoTrapWaitForEvent | BigEndianEl0 | UserCacheInstructions | AArch32Bits),
        (CpuFeature.Bti, StrictBranchTargetEl0),
        (CpuFeature.SpecRes, UserPredictionRestriction),
    ];

    /// <summary>SCTLR_EL1 and SCTLR_EL3 out of reset, as on the Cortex cores.</summary>
    public const ulong ResetValue = 0x00c5_0838;

    // RES1 in ARMv8.0 (bits 11, 20, 22, 23, 28, 29; at EL2 and EL3 also 4, 5, 16, 18): software writes ones and compares, so they are kept as written.
    private const ulong El1ShouldBeOne = 0x30d0_0800;
    private const ulong El2ShouldBeOne = 0x30c5_0830;

    // CP15BEN, ITD and SED govern AArch32 at EL0 alone, but software writes them and reads them back.
    private const ulong AArch32Bits = (1UL << 5) | (1UL << 7) | (1UL << 8);
}
