namespace Emulator.IsaGenerator;

/// <summary>One row of the instruction table; the table's head says what the parts mean.</summary>
/// <param name="Name">The instruction's name.</param>
/// <param name="Mnemonic">Its mnemonic, with parts that depend on fields in braces.</param>
/// <param name="Group">The group it stands in.</param>
/// <param name="Feature">The feature it needs, or <see cref="BaseFeature"/>.</param>
/// <param name="Pattern">Its fixed bits.</param>
/// <param name="Fields">Its fields, the highest first.</param>
/// <param name="Exclusions">Words that match the pattern and do not belong to the row.</param>
/// <param name="Condition">Words that need another feature, or null.</param>
/// <param name="Within">The row of which it is a special case, or null.</param>
/// <param name="Pending">Whether it has no semantics yet.</param>
/// <param name="Line">Its line in the table, from 1.</param>
internal sealed record InstructionRow(
    string Name,
    string Mnemonic,
    string Group,
    string Feature,
    BitPattern Pattern,
    IReadOnlyList<InstructionField> Fields,
    IReadOnlyList<BitPattern> Exclusions,
    FeatureCondition? Condition,
    string? Within,
    bool Pending,
    int Line)
{
    /// <summary>The feature of the instructions that each CPU has.</summary>
    public const string BaseFeature = "Base";

    /// <summary>Whether some word belongs to both rows.</summary>
    public bool Overlaps(InstructionRow other)
    {
        if (!Pattern.Intersects(other.Pattern))
        {
            return false;
        }

        BitPattern common = Pattern.And(other.Pattern);
        return !Exclusions.Concat(other.Exclusions).Any(common.IsWithin);
    }
}
