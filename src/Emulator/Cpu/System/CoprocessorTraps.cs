namespace Emulator.Cpu.System;

/// <summary>Bits of CPTR_EL2 and CPTR_EL3 (Arm ARM D13.2.30), and of CPACR_EL1.</summary>
internal static class CoprocessorTraps
{
    /// <summary>TFP: FP and SIMD are trapped.</summary>
    public const ulong FloatingPoint = 1UL << 10;

    /// <summary>TCPAC: CPACR_EL1, and in CPTR_EL3 CPTR_EL2 too, is trapped.</summary>
    public const ulong AccessControl = 1UL << 31;

    /// <summary>What can be written.</summary>
    public const ulong Writable = FloatingPoint | AccessControl;

    /// <summary>What can be written in CPTR_EL2 of a host, which has CPACR_EL1's format: FPEN, TCPAC.</summary>
    public const ulong HostWritable = (3UL << FpenShift) | AccessControl;

    /// <summary>Bits of CPTR_EL2 that read as one.</summary>
    public const ulong El2ReadAsOne = 0x33ff;

    /// <summary>Lowest bit of CPACR_EL1.FPEN.</summary>
    public const int FpenShift = 20;
}
