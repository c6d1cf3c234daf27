using Emulator.Cpu.Features;

namespace Emulator.Cpu;

/// <summary>
/// What a CPU implements: its features, from which ID_AA64*_EL1 follow, its other identification registers, and its exception levels. The values are those of QEMU 7.2's
/// models, with the fields clear whose features are not implemented here: AArch32 at any level, the 16 KiB granule but on <c>max</c>.
/// </summary>
internal sealed record CpuModel
{
    /// <summary>Cortex-A53 r0p4.</summary>
    public static CpuModel CortexA53 { get; } = new()
    {
        Name = "cortex-a53",
        MainId = 0x410f_d034,
        CacheType = 0x8444_8004,
        InstructionCache = 0x201f_e00a,
        DataCache = 0x700f_e01a,
        UnifiedCache = 0x707f_e07a,
        PhysicalAddressRange = 2,
        PerformanceControl = 0x4103_3000,
    };

    /// <summary>Cortex-A57 r1p0.</summary>
    public static CpuModel CortexA57 { get; } = new()
    {
        Name = "cortex-a57",
        MainId = 0x411f_d070,
        CacheType = 0x8444_c004,
        InstructionCache = 0x201f_e012,
        DataCache = 0x701f_e00a,
        UnifiedCache = 0x70ff_e07a,
        PhysicalAddressRange = 4,
        PerformanceControl = 0x4101_3000,
    };

    /// <summary>Cortex-A72 r0p3.</summary>
    public static CpuModel CortexA72 { get; } = new()
    {
        Name = "cortex-a72",
        MainId = 0x410f_d083,
        CacheType = 0x8444_c004,
        InstructionCache = 0x201f_e012,
        DataCache = 0x701f_e00a,
        UnifiedCache = 0x707f_e07a,
        PhysicalAddressRange = 4,
        AArch32MemoryFeatures0 = 0x1020_1105,
        PerformanceControl = 0x4102_3000,
    };

    /// <summary>All that is implemented, with 48-bit physical addresses and all granules, under QEMU's own part number.</summary>
    public static CpuModel Max { get; } = CortexA57 with
    {
        Name = "max",
        MainId = 0x000f_0510,
        PhysicalAddressRange = 5,
        HasGranule16K = true,
        HasCortexRegisters = false,
        Features = CortexA57.Features.With(MaxFeatures),
    };

    // What max has and the Cortex cores lack. A feature enters this list when it executes.
    private static ReadOnlySpan<CpuFeature> MaxFeatures =>
    [
        CpuFeature.Sb, CpuFeature.SpecRes, CpuFeature.Ssbs, CpuFeature.Ssbs2, CpuFeature.Lse, CpuFeature.Rdm, CpuFeature.Lor, CpuFeature.Dpb,
        CpuFeature.Dpb2, CpuFeature.Fp16, CpuFeature.DotProd, CpuFeature.Fhm, CpuFeature.Sha512, CpuFeature.Sha3, CpuFeature.Sm3, CpuFeature.Sm4,
        CpuFeature.Ras, CpuFeature.PAuth, CpuFeature.Fcma, CpuFeature.Jscvt, CpuFeature.Lrcpc, CpuFeature.Lrcpc2, CpuFeature.FlagM, CpuFeature.Dit,
        CpuFeature.FlagM2, CpuFeature.FrintTs, CpuFeature.Bti, CpuFeature.Rng, CpuFeature.I8mm, CpuFeature.Bf16,
        CpuFeature.Hpds, CpuFeature.Hafdbs, CpuFeature.Vhe, CpuFeature.Pan, CpuFeature.Vmid16, CpuFeature.Pan2, CpuFeature.Uao, CpuFeature.Xnx,
        CpuFeature.Ttcnp, CpuFeature.Ttl, CpuFeature.Ttst, CpuFeature.E0Pd,
    ];

    /// <summary>Every model.</summary>
    public static IReadOnlyList<CpuModel> All { get; } = [CortexA53, CortexA57, CortexA72, Max];

    /// <summary>Its name in options, for instance <c>cortex-a57</c>.</summary>
    public required string Name { get; init; }

    /// <summary>MIDR_EL1.</summary>
    public required uint MainId { get; init; }

    /// <summary>CTR_EL0.</summary>
    public required uint CacheType { get; init; }

    /// <summary>CCSIDR_EL1 of the level 1 data cache.</summary>
    public required uint DataCache { get; init; }

    /// <summary>CCSIDR_EL1 of the level 1 instruction cache.</summary>
    public required uint InstructionCache { get; init; }

    /// <summary>CCSIDR_EL1 of the level 2 cache.</summary>
    public required uint UnifiedCache { get; init; }

    /// <summary>The architectural features that it has.</summary>
    public CpuFeatureSet Features { get; init; } = CpuFeatureSet.Of(
        CpuFeature.Fp, CpuFeature.AdvSimd, CpuFeature.Aes, CpuFeature.Pmull, CpuFeature.Sha1, CpuFeature.Sha256, CpuFeature.Crc32);

    /// <summary>ID_AA64MMFR0_EL1.PARange: how many bits a physical address has.</summary>
    public required uint PhysicalAddressRange { get; init; }

    /// <summary>PMCR_EL0 out of reset: implementer, code and number of counters.</summary>
    public required uint PerformanceControl { get; init; }

    /// <summary>ID_MMFR0_EL1.</summary>
    public uint AArch32MemoryFeatures0 { get; init; } = 0x1010_1105;

    /// <summary>CLIDR_EL1: separate level 1 caches, a unified level 2 cache.</summary>
    public uint CacheLevels { get; init; } = 0x0a20_0023;

    /// <summary>DCZID_EL0.BS: log2 of the words that DC ZVA clears.</summary>
    public int ZeroBlock { get; init; } = 4;

    /// <summary>The 16 KiB granule is implemented (ID_AA64MMFR0_EL1.TGran16).</summary>
    public bool HasGranule16K { get; init; }

    /// <summary>True for the IMPLEMENTATION DEFINED registers of the Cortex cores.</summary>
    public bool HasCortexRegisters { get; init; } = true;

    /// <summary>EL2 is implemented.</summary>
    public bool HasEl2 { get; init; } = true;

    /// <summary>EL3, and with it the secure state, is implemented.</summary>
    public bool HasEl3 { get; init; } = true;

    /// <summary>The GIC's CPU interface is reached by system registers.</summary>
    public bool HasGicRegisters { get; init; } = true;

    /// <summary>The highest exception level.</summary>
    public int HighestLevel => HasEl3 ? 3 : HasEl2 ? 2 : 1;

    /// <summary>Event counters of the PMU.</summary>
    public int EventCounters => (int)(PerformanceControl >> 11) & 0x1f;

    /// <summary>Bits of a physical address.</summary>
    public int PhysicalAddressBits => PhysicalAddressRange switch
    {
        0 => 32,
        1 => 36,
        2 => 40,
        3 => 42,
        4 => 44,
        _ => 48,
    };

    /// <summary>Whether it has a feature.</summary>
    public bool Has(CpuFeature feature) => Features.Contains(feature);

    /// <summary>The model with a name, or null.</summary>
    /// <param name="name">Its name, in lower case.</param>
    public static CpuModel? Find(string name) => All.FirstOrDefault(m => m.Name == name);

    /// <summary>The same CPU whose highest exception level is 1, 2, or 3 (which has EL2 as well).</summary>
    /// <param name="level">1 to 3.</param>
    public CpuModel WithHighestLevel(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 3);
        return this with { HasEl2 = level >= 2, HasEl3 = level == 3 };
    }
}
