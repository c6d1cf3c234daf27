using System.Globalization;
using System.Text.Json;
using Emulator.Debugging;

namespace Emulator.Tool.Reporting;

/// <summary>What a report says of the statistics that <c>--stats</c> has written.</summary>
internal static class StatisticsReport
{
    private static readonly string[] s_ofRuns = ["instructions", "skipped", "wallSeconds", "runSeconds", "virtualSeconds", "mips", "engine", "stop", "mmioAccesses", "interrupts"];

    /// <summary>Writes it.</summary>
    /// <exception cref="EmulatorException">These are no such statistics.</exception>
    public static void Write(HtmlWriter html, string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using JsonDocument document = JsonDocument.Parse(file);
            Write(html, document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new EmulatorException($"'{path}' has no statistics of 'emu run --stats': {e.Message}", e);
        }
    }

    private static void Write(HtmlWriter html, JsonElement statistics)
    {
        JsonElement[] runs = statistics.TryGetProperty("runs", out JsonElement several) ? [.. several.EnumerateArray()] : [statistics];
        WriteRuns(html, runs);
        JsonProperty[] devices = [.. statistics.GetProperty("devices").EnumerateObject()];
        WriteCounters(html, devices);
        foreach (JsonProperty device in devices)
        {
            if (device.Value.TryGetProperty("latencies", out JsonElement queues))
            {
                html.Heading(3, device.Name);
                WriteLatencies(html, queues);
            }
        }
    }

    private static void WriteRuns(HtmlWriter html, JsonElement[] runs)
    {
        if (runs.Length == 1)
        {
            html.Table(["run", ""], s_ofRuns.Select(name => new[] { name, Text(runs[0].GetProperty(name)) }));
            return;
        }

        html.Paragraph($"{runs.Length} runs in one process; devices are the last run's.");
        html.Table(["run", .. s_ofRuns], runs.Select((run, index) => (IReadOnlyList<string>)[Quantity.Count(index + 1), .. s_ofRuns.Select(name => Text(run.GetProperty(name)))]));
    }

    private static void WriteCounters(HtmlWriter html, JsonProperty[] devices)
    {
        string[] counters = [.. devices.SelectMany(device => device.Value.EnumerateObject()).Where(IsCounter).Select(counter => counter.Name).Distinct().Order(StringComparer.Ordinal)];
        html.Table(
            ["device", .. counters],
            devices.Select(device => (IReadOnlyList<string>)[device.Name, .. counters.Select(name => device.Value.TryGetProperty(name, out JsonElement value) ? Text(value) : "")]));

        static bool IsCounter(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Number;
    }

    private static void WriteLatencies(HtmlWriter html, JsonElement list)
    {
        (int Queue, LatencySummary Virtual, LatencySummary? Host)[] queues =
        [
            .. list.EnumerateArray().Select(queue =>
                (queue.GetProperty("queue").GetInt32(), Read(queue.GetProperty("virtual")), queue.TryGetProperty("host", out JsonElement host) ? Read(host) : null)),
        ];
        LatencyPlots.WriteTable(html, ["queue", "requests"], queues.Select(queue => (new[] { Quantity.Count(queue.Queue), Quantity.Count(queue.Virtual.Count) }, queue.Virtual, queue.Host)));
        LatencyPlots.Draw(html, "virtual", queues.Select(queue => ($"queue {queue.Queue}", (LatencySummary?)queue.Virtual)));
        LatencyPlots.Draw(html, "host", queues.Select(queue => ($"queue {queue.Queue}", queue.Host)));
    }

    /// <summary>How long the requests of each queue of each device took.</summary>
    internal static IEnumerable<QueueTimes> TimesOf(JsonElement statistics) =>
        from device in statistics.GetProperty("devices").EnumerateObject()
        where device.Value.TryGetProperty("latencies", out _)
        from queue in device.Value.GetProperty("latencies").EnumerateArray()
        select new QueueTimes(
            $"{device.Name}, queue {queue.GetProperty("queue").GetInt32()}", Read(queue.GetProperty("virtual")), queue.TryGetProperty("host", out JsonElement host) ? Read(host) : null);

    private static LatencySummary Read(JsonElement latency) => new()
    {
        Count = latency.GetProperty("count").GetInt64(),
        Mean = latency.GetProperty("mean").GetDouble(),
        P50 = latency.GetProperty("p50").GetInt64(),
        P90 = latency.GetProperty("p90").GetInt64(),
        P99 = latency.GetProperty("p99").GetInt64(),
        Max = latency.GetProperty("max").GetInt64(),
        Buckets = [.. latency.GetProperty("buckets").EnumerateArray().Select(bucket => new LatencyBucket(bucket[0].GetInt64(), bucket[1].GetInt64(), bucket[2].GetInt64()))],
    };

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number when value.TryGetInt64(out long whole) => Quantity.Count(whole),
        JsonValueKind.Number => value.GetDouble().ToString("0.####", CultureInfo.InvariantCulture),
        _ => throw new FormatException($"{value.GetRawText()} is no number and no text"),
    };

    /// <summary>How long the requests of a queue took.</summary>
    /// <param name="Device">The device and the queue.</param>
    /// <param name="Virtual">In virtual time.</param>
    /// <param name="Host">In host time, where that was measured.</param>
    internal sealed record QueueTimes(string Device, LatencySummary Virtual, LatencySummary? Host);
}
