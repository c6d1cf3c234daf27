namespace Emulator.Firmware;

/// <summary>The machines that an ELF file may be for (<c>e_machine</c>), to name the wrong one.</summary>
internal static class ElfMachines
{
    /// <summary><c>EM_AARCH64</c>.</summary>
    public const int AArch64 = 183;

    /// <summary>A name that its users know.</summary>
    /// <param name="machine"><c>e_machine</c>.</param>
    public static string NameOf(int machine) => machine switch
    {
        2 or 18 or 43 => "SPARC",
        3 => "x86 (32-bit)",
        4 => "m68k",
        8 => "MIPS",
        20 => "PowerPC (32-bit)",
        21 => "PowerPC (64-bit)",
        22 => "s390",
        40 => "Arm (32-bit)",
        50 => "Itanium",
        62 => "x86-64",
        94 => "Xtensa",
        AArch64 => "AArch64",
        195 => "ARC",
        243 => "RISC-V",
        247 => "BPF",
        258 => "LoongArch",
        _ => $"machine {machine}",
    };
}
