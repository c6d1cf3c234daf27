using System.Globalization;
using Emulator.Debugging;

namespace Emulator.Tool.Reporting;

/// <summary>What a report says of a timeline.</summary>
internal static class TraceReport
{
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter html, TraceFile trace)
    {
        long requests = trace.Devices.Sum(device => device.Requests.Values.Sum(figures => figures.Virtual.Count));
        html.Paragraph(
            $"A timeline of {Quantity.Duration(trace.End)} of virtual time with {Plural(requests, "request")} to {Plural(trace.Devices.Count, "device")}"
            + (trace.IsCutOff ? "; its end is missing, so the run was cut off." : "."));
        WriteMachine(html, trace);
        foreach (DeviceActivity device in trace.Devices)
        {
            html.Heading(3, device.Name);
            html.Table(["what happened", "times"], device.Counts.Select(count => new[] { count.Key, Quantity.Count(count.Value) }));
            if (device.Requests.Count > 0)
            {
                WriteRequests(html, device, trace.End);
            }
        }
    }

    private static void WriteMachine(HtmlWriter html, TraceFile trace)
    {
        html.Heading(3, "machine");
        string idle = trace.End == 0 ? "0%" : Quantity.Format(100.0 * trace.IdleTime / trace.End, "%");
        html.Table(["what happened", ""], [["all CPUs waited", Quantity.Duration(trace.IdleTime)], ["share of the time", idle], ["resets", Quantity.Count(trace.MachineResets)]]);
        if (trace.IdleTime > 0)
        {
            html.Picture(SvgPlot.Draw(
                "Share of time that all CPUs waited", Time(trace.End), PlotAxis.UpTo(100, "", "%"), [new PlotSeries("idle", trace.Idle.ToPoints(trace.End, 100))]));
        }

        if (trace.MarkCount > 0)
        {
            html.Table(["virtual time, s", "mark"], trace.Marks.Select(mark => new[] { (mark.Instant * 1e-9).ToString("0.000000000", CultureInfo.InvariantCulture), mark.Text }));
            if (trace.MarkCount > trace.Marks.Count)
            {
                html.Paragraph($"And {Plural(trace.MarkCount - trace.Marks.Count, "mark")} more.");
            }
        }
    }

    private static void WriteRequests(HtmlWriter html, DeviceActivity device, long end)
    {
        (int Queue, string Type, RequestFigures Figures, LatencySummary Virtual, LatencySummary Host)[] kinds =
            [.. device.Requests.Select(kind => (kind.Key.Queue, kind.Key.Type, kind.Value, kind.Value.Virtual.Summarize(), kind.Value.Host.Summarize()))];
        html.Table(
            ["requests", "queue", "count", "bytes read", "bytes written"],
            kinds.Select(kind => (IReadOnlyList<string>)
            [
                kind.Type, Quantity.Count(kind.Queue), Quantity.Count(kind.Virtual.Count), Quantity.Count(kind.Figures.BytesRead), Quantity.Count(kind.Figures.BytesWritten),
            ]));
        LatencyPlots.WriteTable(html, ["requests", "queue"], kinds.Select(kind => (new[] { kind.Type, Quantity.Count(kind.Queue) }, kind.Virtual, (LatencySummary?)kind.Host)));
        bool hasQueues = kinds.Select(kind => kind.Queue).Distinct().Count() > 1;
        LatencyPlots.Draw(html, "virtual", kinds.Select(kind => (NameOf(kind.Type, kind.Queue), (LatencySummary?)kind.Virtual)));
        LatencyPlots.Draw(html, "host", kinds.Select(kind => (NameOf(kind.Type, kind.Queue), (LatencySummary?)kind.Host)));
        Draw("Throughput", device.Bytes.ToPoints(end, NanosecondsPerSecond), "B/s");
        Draw("Requests completed each second", device.Completions.ToPoints(end, NanosecondsPerSecond), "");
        IReadOnlyList<(double X, double Y)> depth = device.Waiting.ToPoints(end, 1);
        if (depth.Any(point => point.Y > 0))
        {
            Draw("Requests on their way, mean", depth, "");
        }

        string NameOf(string type, int queue) => hasQueues ? $"{type} ({queue})" : type;

        void Draw(string title, IReadOnlyList<(double X, double Y)> points, string unit) =>
            html.Picture(SvgPlot.Draw(title, Time(end), PlotAxis.Linear(points.Max(point => point.Y), "", unit), [new PlotSeries(title, points)]));
    }

    private static PlotAxis Time(long end) => PlotAxis.UpTo(end * 1e-9, "virtual time", "s");

    private static string Plural(long count, string what) => $"{Quantity.Count(count)} {what}{(count == 1 ? "" : "s")}";
}
