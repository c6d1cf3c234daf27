namespace Emulator.Tool.Comparison;

/// <summary>
/// Things that do the same, measured by turns, so that what else the host does burdens all alike. Figures are medians; ratios are to the reference, QEMU where it is there.
/// </summary>
/// <param name="Key">Its name in the JSON file.</param>
/// <param name="Title">What is measured.</param>
/// <param name="Contestants">Who takes part.</param>
internal sealed record Contest(string Key, string Title, IReadOnlyList<Contestant> Contestants)
{
    /// <summary>The key of the contestant that others are compared with, unless they say otherwise.</summary>
    public const string ReferenceKey = "qemu";

    /// <summary>How many requests the work is, or 0 when it is measured in none.</summary>
    public int Requests { get; init; }

    /// <summary>Figures that are no times: how fast an engine was, what translating cost. By name.</summary>
    public SortedDictionary<string, double> Figures { get; } = [];

    /// <summary>Measures.</summary>
    /// <param name="rounds">How often each runs.</param>
    /// <param name="progress">Told about each round.</param>
    public void Hold(int rounds, Action<string> progress)
    {
        for (int round = 1; round <= rounds; round++)
        {
            progress($"{Title}: round {round} of {rounds}");
            foreach (Contestant contestant in Contestants)
            {
                contestant.Seconds.Add(contestant.Run());
            }
        }
    }

    /// <summary>A contestant's median time as a multiple of its reference's, or null without one.</summary>
    public double? RatioOf(Contestant contestant) =>
        Contestants.FirstOrDefault(other => other.Key == contestant.Reference) is { } reference ? contestant.Median / reference.Median : null;
}
