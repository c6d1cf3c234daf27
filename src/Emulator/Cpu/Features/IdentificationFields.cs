namespace Emulator.Cpu.Features;

/// <summary>
/// Every field of ID_AA64*_EL1 that can be other than zero (Arm ARM D13.2). The registers are made of this list and of nothing else: a field that is not
/// here reads as zero. A feature that software finds out in another way (a bit of CTR_EL0, the architecture's version) does not occur.
/// </summary>
internal static class IdentificationFields
{
    private static readonly IdentificationField[] Rows =
    [
        new(IdentificationRegister.Pfr0, "EL0", 0) { Otherwise = _ => 1 },
        new(IdentificationRegister.Pfr0, "EL1", 4) { Otherwise = _ => 1 },
        new(IdentificationRegister.Pfr0, "EL2", 8) { Otherwise = m => m.HasEl2 ? 1u : 0 },
        new(IdentificationRegister.Pfr0, "EL3", 12) { Otherwise = m => m.HasEl3 ? 1u : 0 },
        new(IdentificationRegister.Pfr0, "FP", 16, (0, CpuFeature.Fp), (1, CpuFeature.Fp16)) { Otherwise = _ => 0xf },
        new(IdentificationRegister.Pfr0, "AdvSIMD", 20, (0, CpuFeature.AdvSimd), (1, CpuFeature.Fp16)) { Otherwise = _ => 0xf },
        new(IdentificationRegister.Pfr0, "GIC", 24) { Otherwise = m => m.HasGicRegisters ? 1u : 0 },
        new(IdentificationRegister.Pfr0, "RAS", 28, (1, CpuFeature.Ras)),
        new(IdentificationRegister.Pfr0, "SEL2", 36, (1, CpuFeature.Sel2)),
        new(IdentificationRegister.Pfr0, "DIT", 48, (1, CpuFeature.Dit)),

        new(IdentificationRegister.Pfr1, "BT", 0, (1, CpuFeature.Bti)),
        new(IdentificationRegister.Pfr1, "SSBS", 4, (1, CpuFeature.Ssbs), (2, CpuFeature.Ssbs2)),

        new(IdentificationRegister.Dfr0, "DebugVer", 0) { Otherwise = _ => 6 },
        new(IdentificationRegister.Dfr0, "PMUVer", 8) { Otherwise = _ => 1 },
        new(IdentificationRegister.Dfr0, "BRPs", 12) { Otherwise = _ => Processor.Breakpoints - 1 },
        new(IdentificationRegister.Dfr0, "WRPs", 20) { Otherwise = _ => Processor.Watchpoints - 1 },
        new(IdentificationRegister.Dfr0, "CTX_CMPs", 28) { Otherwise = _ => Processor.Breakpoints - Processor.FirstContextBreakpoint - 1 },

        new(IdentificationRegister.Isar0, "AES", 4, (1, CpuFeature.Aes), (2, CpuFeature.Pmull)),
        new(IdentificationRegister.Isar0, "SHA1", 8, (1, CpuFeature.Sha1)),
        new(IdentificationRegister.Isar0, "SHA2", 12, (1, CpuFeature.Sha256), (2, CpuFeature.Sha512)),
        new(IdentificationRegister.Isar0, "CRC32", 16, (1, CpuFeature.Crc32)),
        new(IdentificationRegister.Isar0, "Atomic", 20, (2, CpuFeature.Lse)),
        new(IdentificationRegister.Isar0, "RDM", 28, (1, CpuFeature.Rdm)),
        new(IdentificationRegister.Isar0, "SHA3", 32, (1, CpuFeature.Sha3)),
        new(IdentificationRegister.Isar0, "SM3", 36, (1, CpuFeature.Sm3)),
        new(IdentificationRegister.Isar0, "SM4", 40, (1, CpuFeature.Sm4)),
        new(IdentificationRegister.Isar0, "DP", 44, (1, CpuFeature.DotProd)),
        new(IdentificationRegister.Isar0, "FHM", 48, (1, CpuFeature.Fhm)),
        new(IdentificationRegister.Isar0, "TS", 52, (1, CpuFeature.FlagM), (2, CpuFeature.FlagM2)),
        new(IdentificationRegister.Isar0, "TLB", 56, (1, CpuFeature.TlbiOs), (2, CpuFeature.TlbiRange)),
        new(IdentificationRegister.Isar0, "RNDR", 60, (1, CpuFeature.Rng)),

        new(IdentificationRegister.Isar1, "DPB", 0, (1, CpuFeature.Dpb), (2, CpuFeature.Dpb2)),
        new(IdentificationRegister.Isar1, "APA", 4, (1, CpuFeature.PAuth)),
        new(IdentificationRegister.Isar1, "JSCVT", 12, (1, CpuFeature.Jscvt)),
        new(IdentificationRegister.Isar1, "FCMA", 16, (1, CpuFeature.Fcma)),
        new(IdentificationRegister.Isar1, "LRCPC", 20, (1, CpuFeature.Lrcpc), (2, CpuFeature.Lrcpc2)),
        new(IdentificationRegister.Isar1, "GPA", 24, (1, CpuFeature.PAuth)),
        new(IdentificationRegister.Isar1, "FRINTTS", 32, (1, CpuFeature.FrintTs)),
        new(IdentificationRegister.Isar1, "SB", 36, (1, CpuFeature.Sb)),
        new(IdentificationRegister.Isar1, "SPECRES", 40, (1, CpuFeature.SpecRes)),
        new(IdentificationRegister.Isar1, "BF16", 44, (1, CpuFeature.Bf16)),
        new(IdentificationRegister.Isar1, "I8MM", 52, (1, CpuFeature.I8mm)),

        new(IdentificationRegister.Isar2, "WFxT", 0, (2, CpuFeature.Wfxt)),
        new(IdentificationRegister.Isar2, "CSSC", 52, (1, CpuFeature.Cssc)),

        new(IdentificationRegister.Mmfr0, "PARange", 0) { Otherwise = m => m.PhysicalAddressRange },
        new(IdentificationRegister.Mmfr0, "ASIDBits", 4) { Otherwise = _ => 2 },
        new(IdentificationRegister.Mmfr0, "SNSMem", 12) { Otherwise = _ => 1 },
        new(IdentificationRegister.Mmfr0, "TGran16", 20) { Otherwise = m => m.HasGranule16K ? 1u : 0 },

        new(IdentificationRegister.Mmfr1, "HAFDBS", 0, (2, CpuFeature.Hafdbs)),
        new(IdentificationRegister.Mmfr1, "VMIDBits", 4, (2, CpuFeature.Vmid16)),
        new(IdentificationRegister.Mmfr1, "VH", 8, (1, CpuFeature.Vhe)),
        new(IdentificationRegister.Mmfr1, "HPDS", 12, (1, CpuFeature.Hpds), (2, CpuFeature.Hpds2)),
        new(IdentificationRegister.Mmfr1, "LO", 16, (1, CpuFeature.Lor)),
        new(IdentificationRegister.Mmfr1, "PAN", 20, (1, CpuFeature.Pan), (2, CpuFeature.Pan2)),
        new(IdentificationRegister.Mmfr1, "XNX", 28, (1, CpuFeature.Xnx)),

        new(IdentificationRegister.Mmfr2, "CnP", 0, (1, CpuFeature.Ttcnp)),
        new(IdentificationRegister.Mmfr2, "UAO", 4, (1, CpuFeature.Uao)),
        new(IdentificationRegister.Mmfr2, "IESB", 12, (1, CpuFeature.Iesb)),
        new(IdentificationRegister.Mmfr2, "ST", 28, (1, CpuFeature.Ttst)),
        new(IdentificationRegister.Mmfr2, "AT", 32, (1, CpuFeature.Lse2)),
        new(IdentificationRegister.Mmfr2, "IDS", 36, (1, CpuFeature.Idst)),
        new(IdentificationRegister.Mmfr2, "FWB", 40, (1, CpuFeature.S2Fwb)),
        new(IdentificationRegister.Mmfr2, "TTL", 48, (1, CpuFeature.Ttl)),
        new(IdentificationRegister.Mmfr2, "BBM", 52, (2, CpuFeature.Bbm)),
        new(IdentificationRegister.Mmfr2, "EVT", 56, (2, CpuFeature.Evt)),
        new(IdentificationRegister.Mmfr2, "E0PD", 60, (1, CpuFeature.E0Pd)),
    ];

    /// <summary>All of them, in the order of registers and bits.</summary>
    public static IReadOnlyList<IdentificationField> All => Rows;

    /// <summary>The value of a register on a CPU.</summary>
    public static ulong ValueOf(IdentificationRegister register, CpuModel model)
    {
        ulong value = 0;
        foreach (IdentificationField field in Rows)
        {
            value |= field.Register == register ? (ulong)field.ValueOn(model) << field.Shift : 0;
        }

        return value;
    }
}
