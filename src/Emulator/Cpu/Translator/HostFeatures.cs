using System.Runtime.Intrinsics.X86;

namespace Emulator.Cpu.Translator;

/// <summary>What the host has beyond x86-64-v3, which is used where it is there.</summary>
internal static class HostFeatures
{
    /// <summary>AES rounds.</summary>
    public static bool HasAes => Aes.IsSupported;

    /// <summary>Polynomial products.</summary>
    public static bool HasCarrylessMultiply => Pclmulqdq.IsSupported;

    /// <summary>SHA-1 and SHA-256 (CPUID leaf 7, EBX bit 29), which the runtime has no name for.</summary>
    public static bool HasSha { get; } = X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && ((X86Base.CpuId(7, 0).Ebx >> 29) & 1) != 0;
}
