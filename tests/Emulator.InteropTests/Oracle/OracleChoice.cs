using Emulator.Cpu;
using Emulator.Cpu.Features;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Which oracle is asked about which row.</summary>
internal static class OracleChoice
{
    /// <summary>True for a row that libunicorn's Cortex-A57 has.</summary>
    public static bool IsComparedWithUnicorn(A64Row row) =>
        !row.Pending && CpuModel.CortexA57.Has(row.Feature) && !NotComparable.Rows.ContainsKey(row.Opcode);

    /// <summary>True for a row that libunicorn's max has, and that needs keys which both CPUs are given.</summary>
    public static bool IsComparedWithKeys(A64Row row) => !row.Pending && row.Feature == CpuFeature.PAuth && !NotComparable.Rows.ContainsKey(row.Opcode);

    /// <summary>True for a row of the user's view: no system instructions, nothing that leaves the program.</summary>
    public static bool IsComparedWithQemu(A64Row row) =>
        !row.Pending && row.Feature != CpuFeature.PAuth && ((row.Group is not A64Group.System and not A64Group.Branch) || IsOfUsers(row));

    // What later architectures have added to the system group for user programs.
    private static bool IsOfUsers(A64Row row) =>
        row.Feature is CpuFeature.FlagM or CpuFeature.FlagM2 or CpuFeature.Sb or CpuFeature.Bti or CpuFeature.Ras or CpuFeature.Dit or CpuFeature.Ssbs2;
}
