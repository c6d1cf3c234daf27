namespace Emulator.Cpu.System;

/// <summary>All that a stage 1 table walk depends on: the controls of one translation regime, in one security state.</summary>
internal readonly struct TranslationRegime
{
    /// <summary>The exception level that owns it: 1 (EL1&amp;0), 2 or 3.</summary>
    public required int Level { get; init; }

    /// <summary>True in the secure state.</summary>
    public required bool Secure { get; init; }

    /// <summary>TTBR0_ELx.</summary>
    public required ulong TableBase0 { get; init; }

    /// <summary>True for EL2 as the level of a host (HCR_EL2.E2H), whose regime has EL0 and two ranges as EL1's.</summary>
    public bool IsHost { get; init; }

    /// <summary>TTBR1_EL1, or TTBR1_EL2 of a host.</summary>
    public ulong TableBase1 { get; init; }

    /// <summary>TCR_ELx.</summary>
    public required ulong Control { get; init; }

    /// <summary>MAIR_ELx.</summary>
    public required ulong Attributes { get; init; }

    /// <summary>SCTLR_ELx.WXN.</summary>
    public required bool WriteImpliesExecuteNever { get; init; }

    /// <summary>SCTLR_ELx.EE: descriptors are big-endian.</summary>
    public required bool BigEndian { get; init; }

    /// <summary>SCR_EL3.SIF in the secure state.</summary>
    public bool ForbidsNonSecureFetch { get; init; }

    /// <summary>PSTATE.PAN: privileged data accesses to what EL0 may access fault.</summary>
    public bool ForbidsUserData { get; init; }

    /// <summary>True when descriptors must stay as they are though hardware manages their flags: AT, cache maintenance.</summary>
    public bool IsInspection { get; init; }

    /// <summary>Bits of a physical address.</summary>
    public required int PhysicalAddressBits { get; init; }

    /// <summary>The CPU has the 16 KiB granule.</summary>
    public bool HasGranule16K { get; init; }

    /// <summary>The CPU has guarded pages (FEAT_BTI).</summary>
    public bool HasGuardedPages { get; init; }

    /// <summary>FEAT_TTST: ranges may be smaller than 25 bits.</summary>
    public bool HasSmallTables { get; init; }

    /// <summary>True for a regime with two ranges of addresses and with EL0 in it.</summary>
    public bool HasTwoRanges => Level == 1 || IsHost;

    /// <summary>TCR_ELx.HA: the access flag is set by hardware.</summary>
    public bool SetsAccessFlag => ((Control >> (HasTwoRanges ? 39 : 21)) & 1) != 0;

    /// <summary>TCR_ELx.HD: a page whose DBM is set is made writable by hardware when it is written.</summary>
    public bool SetsDirtyState => SetsAccessFlag && ((Control >> (HasTwoRanges ? 40 : 22)) & 1) != 0;

    /// <summary>The output address size that TCR_ELx.IPS or PS gives, as the CPU honours it.</summary>
    public int OutputAddressBits => Math.Min(PhysicalAddressBits, AddressBits(Control >> (HasTwoRanges ? 32 : 16)));

    /// <summary>True when bits 63 to 56 of an address are a tag (TCR_ELx.TBI).</summary>
    /// <param name="high">The range of TTBR1.</param>
    /// <param name="isInstruction">The address is that of an instruction, which TBID may except.</param>
    public bool IgnoresTopByte(bool high, bool isInstruction) => TranslationControlFields.IgnoresTopByte(Control, HasTwoRanges, high, isInstruction);

    /// <summary>The address size that three bits stand for, in TCR_ELx.IPS and PS, VTCR_EL2.PS and ID_AA64MMFR0_EL1.PARange.</summary>
    /// <param name="field">The field in its lowest bits.</param>
    public static int AddressBits(ulong field) => (field & 7) switch
    {
        0 => 32,
        1 => 36,
        2 => 40,
        3 => 42,
        4 => 44,
        _ => 48,
    };

    /// <summary>True when table descriptors bring no permissions down (TCR_ELx.HPD).</summary>
    /// <param name="high">The range of TTBR1.</param>
    public bool IgnoresHierarchy(bool high) => ((Control >> (HasTwoRanges ? (high ? 42 : 41) : 24)) & 1) != 0;

    /// <summary>True when a range is hidden from EL0 (TCR_ELx.E0PD).</summary>
    /// <param name="high">The range of TTBR1.</param>
    public bool HidesFromUser(bool high) => HasTwoRanges && ((Control >> (high ? 56 : 55)) & 1) != 0;
}
