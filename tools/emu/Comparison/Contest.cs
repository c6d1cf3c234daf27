namespace Emulator.Tool.Comparison;

/// <summary>
/// Things that do the same, measured by turns, so that what else the host does burdens all alike. Figures are medians; ratios are to the reference, QEMU where it is there.
/// </summary>
/// <param name="Key">Its name in the JSON file.</param>
/// <param name="Title">What is measured.</param>
/// <param name="Contestants">Who takes part.</param>
internal sealed record Contest(string Key, string Title, IReadOnlyList<Contestant> Contestants)
{
    /// <summary>The key of the contestant that others are compared with.</summary>
    public const string ReferenceKey = "qemu";

    /// <summary>Who others are compared with, if there.</summary>
    public Contestant? Reference => Contestants.FirstOrDefault(contestant => contestant.Key == ReferenceKey);

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
}
