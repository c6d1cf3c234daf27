using Emulator.Debugging;

namespace Emulator.Tool.Reporting;

/// <summary>Tables and plots of how long requests took; timelines and statistics have the same.</summary>
internal static class LatencyPlots
{
    /// <summary>Writes a table with a row for each distribution that has something in it.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="head">Columns that tell what it is of.</param>
    /// <param name="rows">Their cells, and the distributions.</param>
    public static void WriteTable(HtmlWriter html, string[] head, IEnumerable<(string[] Cells, LatencySummary Virtual, LatencySummary? Host)> rows) => html.Table(
        [.. head, "time", "mean", "p50", "p90", "p99", "max"],
        rows.SelectMany(row => new[] { (row.Cells, "virtual", row.Virtual), (row.Cells, "host", row.Host) })
            .Where(row => row.Item3 is { Count: > 0 })
            .Select(row => (IReadOnlyList<string>)[.. row.Cells, row.Item2, .. Cells(row.Item3!)]));

    /// <summary>Draws the shares of requests that took no longer than a time.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="clock">Whose time.</param>
    /// <param name="lines">The distributions, with names.</param>
    public static void Draw(HtmlWriter html, string clock, IEnumerable<(string Name, LatencySummary? Latency)> lines)
    {
        List<(string Name, LatencySummary Latency)> drawn = [.. lines.Where(line => line.Latency is { Count: > 0 }).Select(line => (line.Name, line.Latency!))];
        if (drawn.Count == 0)
        {
            return;
        }

        // A curve would have nothing to tell.
        if (drawn.TrueForAll(line => line.Latency.Mean >= line.Latency.Max && line.Latency.Max == drawn[0].Latency.Max))
        {
            html.Paragraph($"Each request took {Quantity.Duration(drawn[0].Latency.Max)} of {clock} time.");
            return;
        }

        long least = drawn.Min(line => Math.Max(line.Latency.Buckets[0].First, 1));
        long most = drawn.Max(line => line.Latency.Max);
        html.Picture(SvgPlot.Draw(
            $"Requests that took no longer, {clock} time",
            PlotAxis.Logarithmic(least * 1e-9, most * 1e-9, $"time from announcement to completion ({clock})", "s"),
            PlotAxis.UpTo(100, "", "%"),
            [.. drawn.Select(line => new PlotSeries(line.Name, Shares(line.Latency)))]));
    }

    private static List<(double X, double Y)> Shares(LatencySummary latency)
    {
        var points = new List<(double X, double Y)>();
        double seen = 0;
        foreach (LatencyBucket bucket in latency.Buckets)
        {
            points.Add((bucket.First * 1e-9, 100 * seen / latency.Count));
            seen += bucket.Count;
            points.Add((Math.Min(bucket.Last, latency.Max) * 1e-9, 100 * seen / latency.Count));
        }

        return points;
    }

    private static string[] Cells(LatencySummary latency) =>
        [Quantity.Duration(latency.Mean), Quantity.Duration(latency.P50), Quantity.Duration(latency.P90), Quantity.Duration(latency.P99), Quantity.Duration(latency.Max)];
}
