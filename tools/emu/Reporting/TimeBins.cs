namespace Emulator.Tool.Reporting;

/// <summary>Amounts over time, in as many bins as a plot can show. Bins become wider as time goes on, so that memory does not depend on how long that is.</summary>
internal sealed class TimeBins
{
    private const int MostBins = 512;
    private const long SmallestWidth = 1000;

    private readonly double[] _amounts = new double[MostBins];

    /// <summary>Nanoseconds in a bin.</summary>
    public long Width { get; private set; } = SmallestWidth;

    /// <summary>Adds an amount at an instant.</summary>
    /// <param name="instant">Nanoseconds, not negative.</param>
    /// <param name="amount">How much.</param>
    public void Add(long instant, double amount)
    {
        Reach(instant);
        _amounts[instant / Width] += amount;
    }

    /// <summary>Adds the time from one instant to another: to each bin as many nanoseconds as lie in it.</summary>
    public void AddSpan(long start, long end)
    {
        Reach(end);
        for (long from = start; from < end;)
        {
            long bin = from / Width;
            long to = Math.Min(end, (bin + 1) * Width);
            _amounts[bin] += to - from;
            from = to;
        }
    }

    /// <summary>The amounts by the time of a bin, as points of a staircase: seconds, and an amount for each <paramref name="unit"/>.</summary>
    /// <param name="end">Where time ends, in nanoseconds.</param>
    /// <param name="unit">Nanoseconds.</param>
    public IReadOnlyList<(double X, double Y)> ToPoints(long end, double unit)
    {
        var points = new List<(double X, double Y)>();
        for (int bin = 0; bin < MostBins && bin * Width < end; bin++)
        {
            double amount = _amounts[bin] / Width * unit;
            points.Add((bin * Width * 1e-9, amount));
            points.Add((Math.Min((bin + 1) * Width, end) * 1e-9, amount));
        }

        return points;
    }

    private void Reach(long instant)
    {
        while (instant / Width >= MostBins)
        {
            for (int bin = 0; bin < MostBins; bin++)
            {
                _amounts[bin] = bin < MostBins / 2 ? _amounts[2 * bin] + _amounts[(2 * bin) + 1] : 0;
            }

            Width *= 2;
        }
    }
}
