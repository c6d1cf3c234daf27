using System.Text.Json;

namespace Emulator.Tool.Reporting;

/// <summary>Several statistics side by side: the same guest with its device reached in other ways, for instance.</summary>
internal static class StatisticsComparison
{
    /// <summary>Writes it, when there is more than one.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="files">Files that <see cref="StatisticsReport"/> has read.</param>
    public static void Write(HtmlWriter html, IReadOnlyList<string> files)
    {
        List<(string Name, double Seconds, StatisticsReport.QueueTimes Times)> lines = [.. files.SelectMany(Read)];
        if (files.Count < 2 || lines.Count == 0)
        {
            return;
        }

        html.Heading(2, "Side by side");
        html.Table(
            ["file", "device", "requests", "requests/s"],
            lines.Select(line => (IReadOnlyList<string>)
            [
                line.Name, line.Times.Device, Quantity.Count(line.Times.Virtual.Count),
                line.Seconds > 0 ? Quantity.Count((long)(line.Times.Virtual.Count / line.Seconds)) : "",
            ]));
        LatencyPlots.WriteTable(html, ["file", "device"], lines.Select(line => (new[] { line.Name, line.Times.Device }, line.Times.Virtual, line.Times.Host)));
        LatencyPlots.Draw(html, "host", lines.Select(line => (line.Name, line.Times.Host)));
    }

    // A queue that has served nothing has nothing to show.
    private static IEnumerable<(string Name, double Seconds, StatisticsReport.QueueTimes Times)> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        using JsonDocument document = JsonDocument.Parse(file);
        double seconds = document.RootElement.TryGetProperty("runSeconds", out JsonElement run) ? run.GetDouble() : 0;
        string name = Path.GetFileNameWithoutExtension(path);
        return [.. StatisticsReport.TimesOf(document.RootElement).Where(times => times.Virtual.Count > 0).Select(times => (name, seconds, times))];
    }
}
