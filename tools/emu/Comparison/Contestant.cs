namespace Emulator.Tool.Comparison;

/// <summary>One of the things that are compared, and the times it took.</summary>
/// <param name="Key">Its name in the JSON file.</param>
/// <param name="Title">Its name in the table.</param>
/// <param name="Run">Does it once and returns host seconds.</param>
internal sealed record Contestant(string Key, string Title, Func<double> Run)
{
    /// <summary>The key of the contestant that it is compared with.</summary>
    public string Reference { get; init; } = Contest.ReferenceKey;

    /// <summary>Runs it once more, and writes the run's statistics to a file; null for who has none.</summary>
    public Action<string>? WriteStatistics { get; init; }

    /// <summary>Seconds of each run, in order.</summary>
    public List<double> Seconds { get; } = [];

    /// <summary>The median of the runs.</summary>
    public double Median
    {
        get
        {
            double[] sorted = [.. Seconds.Order()];
            return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
        }
    }
}
