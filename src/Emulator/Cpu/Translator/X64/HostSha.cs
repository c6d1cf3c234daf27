namespace Emulator.Cpu.Translator.X64;

/// <summary>Instructions of the SHA extensions, which have no VEX encoding: map and opcode. Not part of x86-64-v3.</summary>
internal enum HostSha
{
    /// <summary>Four rounds of SHA-1, of the kind that a constant selects.</summary>
    Sha1Rounds = 0x3acc,

    /// <summary>Two rounds of SHA-256, with words and constants from XMM0.</summary>
    Sha256Rounds = 0x38cb,

    Sha256Schedule1 = 0x38cc,
    Sha256Schedule2 = 0x38cd,
}
