namespace Emulator.Cpu.Features;

/// <summary>
/// The features of the architecture that a CPU may have or lack, by the names of the Arm ARM (A2.2 and after) without <c>FEAT_</c>. What advertises each is
/// declared in <see cref="IdentificationFields"/>, which instructions it brings in <c>a64.decode</c>, which registers and bits in <c>SystemRegisterTable</c>.
/// </summary>
internal enum CpuFeature : byte
{
    /// <summary>What each AArch64 CPU has.</summary>
    Base,

    // Armv8.0
    Fp,
    AdvSimd,
    Aes,
    Pmull,
    Sha1,
    Sha256,
    Crc32,
    Sb,
    SpecRes,
    Ssbs,
    Ssbs2,

    // Armv8.1
    Lse,
    Rdm,
    Lor,
    Hpds,
    Hafdbs,
    Vhe,
    Pan,
    Vmid16,

    // Armv8.2
    Pan2,
    Uao,
    Dpb,
    Dpb2,
    Fp16,
    DotProd,
    Fhm,
    Sha512,
    Sha3,
    Sm3,
    Sm4,
    Ras,
    Iesb,
    Xnx,
    Ttcnp,
    Hpds2,
    Evt,

    // Armv8.3
    PAuth,
    Fcma,
    Jscvt,
    Lrcpc,

    // Armv8.4
    Lrcpc2,
    FlagM,
    Dit,
    Lse2,
    Idst,
    TlbiOs,
    TlbiRange,
    Ttl,
    S2Fwb,
    Ttst,
    Bbm,
    Sel2,

    // Armv8.5
    FlagM2,
    FrintTs,
    Bti,
    Rng,
    E0Pd,

    // Armv8.6 and later
    I8mm,
    Bf16,
    Cssc,
    Wfxt,

    /// <summary>How many there are.</summary>
    Count,
}
