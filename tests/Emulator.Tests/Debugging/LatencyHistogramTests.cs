using Emulator.Debugging;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Debugging;

internal sealed class LatencyHistogramTests
{
    [Test]
    public void NothingMeasuredIsNothingTold()
    {
        LatencySummary summary = new LatencyHistogram().Summarize();

        Assert.That((summary.Count, summary.Mean, summary.P50, summary.P99, summary.Max), Is.EqualTo((0L, 0d, 0L, 0L, 0L)));
        Assert.That(summary.Buckets, Is.Empty);
    }

    [Test]
    public void ShortDurationsAreExact()
    {
        LatencySummary summary = Measure(Enumerable.Range(0, 32).Select(i => (long)i));

        Assert.That(summary.Buckets, Is.EqualTo(Enumerable.Range(0, 32).Select(i => new LatencyBucket(i, i, 1))));
        Assert.That((summary.P50, summary.P90, summary.P99, summary.Max, summary.Mean), Is.EqualTo((15L, 28L, 31L, 31L, 15.5)));
    }

    [TestCase(0)]
    [TestCase(31)]
    [TestCase(32)]
    [TestCase(33)]
    [TestCase(1L << 40)]
    [TestCase(long.MaxValue)]
    public void ADurationLiesInItsBucket(long duration)
    {
        LatencyBucket bucket = Measure([duration]).Buckets.Single();

        Assert.That(duration, Is.InRange(bucket.First, bucket.Last));
    }

    [Test]
    public void ANegativeDurationIsNone()
    {
        Assert.That(Measure([-5]).Buckets, Is.EqualTo(new[] { new LatencyBucket(0, 0, 1) }));
    }

    [Test]
    public void PercentilesAreAtMostASixteenthTooLong()
    {
        Prop.ForAll(Durations, durations =>
        {
            LatencySummary summary = Measure(durations);
            long[] sorted = [.. durations.Order()];
            return IsNear(summary.P50, 50) && IsNear(summary.P90, 90) && IsNear(summary.P99, 99);

            bool IsNear(long told, int percent)
            {
                long exact = sorted[((sorted.Length * percent) + 99) / 100 - 1];
                return told >= exact && told - exact <= exact / 16;
            }
        }).Check(Config.QuickThrowOnFailure);
    }

    [Test]
    public void CountMeanAndMaximumAreExact()
    {
        Prop.ForAll(Durations, durations =>
        {
            LatencySummary summary = Measure(durations);
            return summary.Count == durations.Length && summary.Max == durations.Max() && Math.Abs(summary.Mean - durations.Average(d => (double)d)) <= summary.Mean * 1e-9;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Test]
    public void BucketsHoldEachDurationOnceInOrder()
    {
        Prop.ForAll(Durations, durations =>
        {
            IReadOnlyList<LatencyBucket> buckets = Measure(durations).Buckets;
            bool isOrdered = buckets.Zip(buckets.Skip(1)).All(pair => pair.First.Last < pair.Second.First);
            return isOrdered && buckets.All(bucket => bucket.Count == durations.Count(d => d >= bucket.First && d <= bucket.Last)) && buckets.Sum(bucket => bucket.Count) == durations.Length;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Test]
    public void MeasuringAllocatesNothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            histogram.Record(1L << (attempt * 10));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    // Of all orders of magnitude.
    private static Arbitrary<long[]> Durations =>
        (from bits in Gen.Choose(0, 62)
         from value in ArbMap.Default.GeneratorFor<long>()
         select (value & long.MaxValue) >> bits).NonEmptyListOf().Select(list => list.ToArray()).ToArbitrary();

    private static LatencySummary Measure(IEnumerable<long> durations)
    {
        var histogram = new LatencyHistogram();
        foreach (long duration in durations)
        {
            histogram.Record(duration);
        }

        return histogram.Summarize();
    }
}
