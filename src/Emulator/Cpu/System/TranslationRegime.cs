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

    /// <summary>TTBR1_EL1.</summary>
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

    /// <summary>Bits of a physical address.</summary>
    public required int PhysicalAddressBits { get; init; }

    /// <summary>The CPU has the 16 KiB granule.</summary>
    public bool HasGranule16K { get; init; }

    /// <summary>The CPU has guarded pages (FEAT_BTI).</summary>
    public bool HasGuardedPages { get; init; }

    /// <summary>True for the regime with two ranges of addresses and with EL0 in it.</summary>
    public bool HasTwoRanges => Level == 1;

    /// <summary>The output address size that TCR_ELx.IPS or PS gives, as the CPU honours it.</summary>
    public int OutputAddressBits => Math.Min(PhysicalAddressBits, ((Control >> (HasTwoRanges ? 32 : 16)) & 7) switch
    {
        0 => 32,
        1 => 36,
        2 => 40,
        3 => 42,
        4 => 44,
        _ => 48,
    });

    /// <summary>True when bits 63 to 56 of an address are a tag (TCR_ELx.TBI).</summary>
    /// <param name="high">The range of TTBR1.</param>
    public bool IgnoresTopByte(bool high) => ((Control >> (HasTwoRanges ? (high ? 38 : 37) : 20)) & 1) != 0;
}
