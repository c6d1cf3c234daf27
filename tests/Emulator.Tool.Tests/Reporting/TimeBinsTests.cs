using Emulator.Tool.Reporting;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tool.Tests.Reporting;

public sealed class TimeBinsTests
{
    [Test]
    public void An_amount_stands_at_its_time()
    {
        var bins = new TimeBins();
        bins.Add(500, 3);
        bins.Add(2_500, 4);

        Assert.That(bins.ToPoints(3_000, 1000), Is.EqualTo(new[] { (0, 3), (1e-6, 3), (1e-6, 0), (2e-6, 0), (2e-6, 4), (3e-6, 4d) }).Using<(double X, double Y)>(AreNear));
    }

    [Test]
    public void A_span_lies_in_each_bin_that_it_goes_through()
    {
        var bins = new TimeBins();
        bins.AddSpan(500, 2_250);

        Assert.That(bins.ToPoints(3_000, 1).Where((_, index) => index % 2 == 0).Select(point => point.Y), Is.EqualTo(new[] { 0.5, 1, 0.25 }).Within(1e-9));
    }

    [Test]
    public void However_long_it_takes_nothing_is_lost()
    {
        Gen<(long Start, long Length)> spans =
            from bits in Gen.Choose(0, 50)
            from start in Gen.Choose(0, 1000)
            from length in Gen.Choose(0, 1000)
            select ((long)start << bits, (long)length << (bits / 2));
        Prop.ForAll(spans.NonEmptyListOf().ToArbitrary(), list =>
        {
            var amounts = new TimeBins();
            var times = new TimeBins();
            foreach ((long start, long length) in list)
            {
                amounts.Add(start, 1);
                times.AddSpan(start, start + length);
            }

            long end = long.MaxValue;
            return Near(Sum(amounts), list.Count) && Near(Sum(times), list.Sum(span => (double)span.Length));

            double Sum(TimeBins bins) => bins.ToPoints(end, bins.Width).Where((_, index) => index % 2 == 0).Sum(point => point.Y);
        }).Check(Config.QuickThrowOnFailure);

        static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-6 * Math.Max(1, Math.Abs(b));
    }

    private static bool AreNear((double X, double Y) a, (double X, double Y) b) => Math.Abs(a.X - b.X) < 1e-12 && Math.Abs(a.Y - b.Y) < 1e-9;
}
