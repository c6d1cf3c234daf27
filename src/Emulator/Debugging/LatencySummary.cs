namespace Emulator.Debugging;

/// <summary>How long something took, in nanoseconds. Percentiles are at most one sixteenth too long; mean and maximum are exact.</summary>
public sealed record LatencySummary
{
    /// <summary>How often it was measured.</summary>
    public required long Count { get; init; }

    /// <summary>The mean; zero when it was never measured.</summary>
    public required double Mean { get; init; }

    /// <summary>The median: half of them took no longer.</summary>
    public required long P50 { get; init; }

    /// <summary>Nine of ten took no longer.</summary>
    public required long P90 { get; init; }

    /// <summary>99 of 100 took no longer.</summary>
    public required long P99 { get; init; }

    /// <summary>The longest.</summary>
    public required long Max { get; init; }

    /// <summary>The distribution, shortest first; buckets with nothing in them are left out.</summary>
    public IReadOnlyList<LatencyBucket> Buckets { get; init; } = [];
}
