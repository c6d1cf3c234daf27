namespace Emulator.IsaGenerator;

/// <summary>Words of a row with some value in a field need another feature than the row.</summary>
/// <param name="Pattern">The field's value.</param>
/// <param name="Feature">The feature.</param>
internal sealed record FeatureCondition(BitPattern Pattern, string Feature);
