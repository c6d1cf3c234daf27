namespace Emulator.IsaGenerator;

/// <summary>The rows of the instruction table in the order of the file.</summary>
internal sealed record InstructionTable(IReadOnlyList<InstructionRow> Rows)
{
    /// <summary>The groups in the order of the file.</summary>
    public IEnumerable<string> Groups => Rows.Select(row => row.Group).Distinct();

    /// <summary>The conditions that rows have.</summary>
    public IReadOnlyList<FeatureCondition> Conditions { get; } = [.. Rows.Select(row => row.Condition).OfType<FeatureCondition>().Distinct()];
}
