namespace Emulator.Debugging;

/// <summary>Durations of about the same length.</summary>
/// <param name="First">The shortest that it counts, in nanoseconds.</param>
/// <param name="Last">The longest that it counts, in nanoseconds.</param>
/// <param name="Count">How many came, at least one.</param>
public readonly record struct LatencyBucket(long First, long Last, long Count);
