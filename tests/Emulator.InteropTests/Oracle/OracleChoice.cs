using Emulator.Cpu;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Which oracle is asked about which row.</summary>
internal static class OracleChoice
{
    /// <summary>True for a row that libunicorn's Cortex-A57 has.</summary>
    public static bool IsComparedWithUnicorn(A64Row row) =>
        !row.Pending && CpuModel.CortexA57.Has(row.Feature) && !NotComparable.Rows.ContainsKey(row.Opcode);

    /// <summary>True for a row of the user's view: no system instructions, nothing that leaves the program.</summary>
    public static bool IsComparedWithQemu(A64Row row) => !row.Pending && row.Group is not A64Group.System and not A64Group.Branch;
}
