namespace Emulator.Cpu.System;

/// <summary>All that a stage 2 table walk depends on (Arm ARM D5.6). The default value is a stage 2 that is off.</summary>
internal readonly struct Stage2Regime
{
    /// <summary>HCR_EL2.VM or DC, in a regime that has a stage 2.</summary>
    public required bool IsOn { get; init; }

    /// <summary>VTTBR_EL2.</summary>
    public required ulong TableBase { get; init; }

    /// <summary>VTCR_EL2.</summary>
    public required ulong Control { get; init; }

    /// <summary>SCTLR_EL2.EE: descriptors are big-endian.</summary>
    public bool BigEndian { get; init; }

    /// <summary>HCR_EL2.PTW: a stage 1 table in Device memory is a Permission fault.</summary>
    public bool ProtectsTableWalks { get; init; }

    /// <summary>HCR_EL2.CD for data, ID for instructions: Normal memory is Non-cacheable.</summary>
    public bool DisablesCache { get; init; }

    /// <summary>True when descriptors must stay as they are though hardware manages their flags.</summary>
    public bool IsInspection { get; init; }

    /// <summary>Bits of a physical address.</summary>
    public required int PhysicalAddressBits { get; init; }

    /// <summary>The CPU has the 16 KiB granule at stage 2.</summary>
    public bool HasGranule16K { get; init; }

    /// <summary>FEAT_XNX: XN tells EL1 and EL0 apart.</summary>
    public bool HasExecuteNeverByLevel { get; init; }

    /// <summary>FEAT_TTST: the input may be smaller than 25 bits, and a walk with 4 KiB granules may start at level 3.</summary>
    public bool HasSmallTables { get; init; }

    /// <summary>VTCR_EL2.HA: the access flag is set by hardware.</summary>
    public bool SetsAccessFlag => ((Control >> 21) & 1) != 0;

    /// <summary>VTCR_EL2.HD: a page whose DBM is set is made writable by hardware when it is written.</summary>
    public bool SetsDirtyState => SetsAccessFlag && ((Control >> 22) & 1) != 0;

    /// <summary>log2 of the granule's size (VTCR_EL2.TG0). What the CPU has not is taken for 4 KiB.</summary>
    public int GranuleShift => ((Control >> 14) & 3) switch
    {
        1 => 16,
        2 when HasGranule16K => 14,
        _ => 12,
    };

    /// <summary>Bits of an intermediate physical address (VTCR_EL2.T0SZ).</summary>
    public int InputAddressBits => 64 - ((int)Control & 0x3f);

    /// <summary>The output address size that VTCR_EL2.PS gives, as the CPU honours it.</summary>
    public int OutputAddressBits => Math.Min(PhysicalAddressBits, TranslationRegime.AddressBits(Control >> 16));

    /// <summary>The level at which a walk starts (VTCR_EL2.SL0); -1 for the reserved value.</summary>
    public int StartLevel
    {
        get
        {
            int start = (int)(Control >> 6) & 3;
            bool hasSmallest = GranuleShift == 12 && HasSmallTables;
            return start == 3 ? (hasSmallest ? 3 : -1) : (GranuleShift == 12 ? 2 : 3) - start;
        }
    }
}
