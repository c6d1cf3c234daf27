namespace Emulator.IsaGenerator;

/// <summary>The rows of the instruction table in the order of the file.</summary>
internal sealed record InstructionTable(IReadOnlyList<InstructionRow> Rows)
{
    /// <summary>The groups in the order of the file.</summary>
    public IEnumerable<string> Groups => Rows.Select(row => row.Group).Distinct();

    /// <summary>The features that rows ask for, the base first.</summary>
    public IEnumerable<string> Features => Rows.Select(row => row.Feature).Prepend(InstructionRow.BaseFeature).Distinct();
}
