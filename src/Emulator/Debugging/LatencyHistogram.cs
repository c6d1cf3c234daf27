using System.Numerics;

namespace Emulator.Debugging;

/// <summary>
/// How often each duration came. Buckets are as wide as one nanosecond up to 31 ns, and then there are sixteen for each doubling: what it tells of a duration is at most one sixteenth too much.
/// It takes the same memory whatever comes.
/// </summary>
public sealed class LatencyHistogram
{
    private const int StepBits = 4;
    private const int Steps = 1 << StepBits;

    // The highest bit of a duration is bit 62.
    private const int BucketCount = (62 - StepBits + 2) * Steps;

    private readonly long[] _buckets = new long[BucketCount];
    private double _sum;
    private long _max;

    /// <summary>Number of durations.</summary>
    public long Count { get; private set; }

    /// <summary>Counts a duration.</summary>
    /// <param name="nanoseconds">It; a negative one counts as none.</param>
    public void Record(long nanoseconds)
    {
        long duration = Math.Max(nanoseconds, 0);
        _buckets[IndexOf(duration)]++;
        Count++;
        _sum += duration;
        _max = Math.Max(_max, duration);
    }

    /// <summary>What there is to tell.</summary>
    public LatencySummary Summarize()
    {
        var buckets = new List<LatencyBucket>();
        for (int index = 0; index < BucketCount; index++)
        {
            if (_buckets[index] != 0)
            {
                buckets.Add(new LatencyBucket(FirstOf(index), LastOf(index), _buckets[index]));
            }
        }

        return new LatencySummary
        {
            Count = Count,
            Mean = Count == 0 ? 0 : _sum / Count,
            P50 = Percentile(50),
            P90 = Percentile(90),
            P99 = Percentile(99),
            Max = _max,
            Buckets = buckets,
        };
    }

    // The longest duration that the one of that rank can be.
    private long Percentile(int percent)
    {
        Int128 rank = (((Int128)Count * percent) + 99) / 100;
        Int128 seen = 0;
        int index = -1;
        while (seen < rank)
        {
            seen += _buckets[++index];
        }

        return index < 0 ? 0 : Math.Min(LastOf(index), _max);
    }

    private static int IndexOf(long duration)
    {
        int shift = Math.Max(BitOperations.Log2((ulong)duration) - StepBits, 0);
        return (shift << StepBits) + (int)(duration >> shift);
    }

    private static long FirstOf(int index)
    {
        int shift = Math.Max((index >> StepBits) - 1, 0);
        return (long)(index - (shift << StepBits)) << shift;
    }

    private static long LastOf(int index) => index == BucketCount - 1 ? long.MaxValue : FirstOf(index + 1) - 1;
}
