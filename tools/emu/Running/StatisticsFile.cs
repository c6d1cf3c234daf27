using System.Text;
using System.Text.Json;
using Emulator.Debugging;

namespace Emulator.Tool.Running;

/// <summary>Writes the statistics of runs as one JSON object. Its names are a contract with scripts.</summary>
internal static class StatisticsFile
{
    /// <summary>The object as one line: the last run's, and with several runs each of them in <c>runs</c>.</summary>
    public static string Format(IReadOnlyList<RunOutcome> runs, bool listRuns)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMembers(json, runs[^1]);
            if (listRuns)
            {
                json.WriteStartArray("runs");
                foreach (RunOutcome run in runs)
                {
                    json.WriteStartObject();
                    WriteMembers(json, run);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteMembers(Utf8JsonWriter json, RunOutcome run)
    {
        MachineStatistics statistics = run.Statistics!;
        json.WriteNumber("instructions", statistics.Instructions);
        json.WriteNumber("skipped", statistics.Skipped);
        json.WriteNumber("wallSeconds", run.WallSeconds);
        json.WriteNumber("runSeconds", run.RunSeconds);
        json.WriteNumber("virtualSeconds", statistics.VirtualSeconds);
        json.WriteString("engine", statistics.Engine);
        json.WriteNumber("mips", run.RunSeconds > 0 ? statistics.Instructions / run.RunSeconds / 1e6 : 0);
        json.WriteString("stop", run.Stop);
        WriteCounts(json, "undefined", statistics.Undefined);
        json.WriteStartArray("cpus");
        foreach (CpuStatistics cpu in statistics.Cpus)
        {
            json.WriteStartObject();
            json.WriteNumber("instructions", cpu.Instructions);
            WriteCounts(json, "exceptions", cpu.Exceptions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("mmioAccesses", statistics.MmioAccesses);
        json.WriteNumber("interrupts", statistics.Interrupts);

        json.WriteStartObject("translation");
        json.WriteNumber("blocks", statistics.Translation.Blocks);
        json.WriteNumber("instructions", statistics.Translation.Instructions);
        json.WriteNumber("seconds", statistics.Translation.Seconds);
        json.WriteNumber("bytes", statistics.Translation.Bytes);
        json.WriteNumber("regions", statistics.Translation.Regions);
        json.WriteNumber("flushes", statistics.Translation.Flushes);
        json.WriteNumber("invalidations", statistics.Translation.Invalidations);
        WriteCounts(json, "exits", statistics.Translation.Exits);
        json.WriteEndObject();
        json.WriteStartObject("devices");
        foreach ((string device, IReadOnlyDictionary<string, long> counters) in statistics.Devices)
        {
            json.WriteStartObject(device);
            WriteCounts(json, counters);
            WriteLatencies(json, statistics.Latencies.GetValueOrDefault(device, []));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteLatencies(Utf8JsonWriter json, IReadOnlyList<QueueLatency> queues)
    {
        if (queues.Count == 0)
        {
            return;
        }

        json.WriteStartArray("latencies");
        foreach (QueueLatency queue in queues)
        {
            json.WriteStartObject();
            json.WriteNumber("queue", queue.Queue);
            WriteLatency(json, "virtual", queue.Virtual);
            WriteLatency(json, "host", queue.Host);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Nanoseconds. A bucket is its first and last duration and how many there were.
    private static void WriteLatency(Utf8JsonWriter json, string name, LatencySummary? latency)
    {
        if (latency is null)
        {
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("count", latency.Count);
        json.WriteNumber("mean", latency.Mean);
        json.WriteNumber("p50", latency.P50);
        json.WriteNumber("p90", latency.P90);
        json.WriteNumber("p99", latency.P99);
        json.WriteNumber("max", latency.Max);
        json.WriteStartArray("buckets");
        foreach (LatencyBucket bucket in latency.Buckets)
        {
            json.WriteStartArray();
            json.WriteNumberValue(bucket.First);
            json.WriteNumberValue(bucket.Last);
            json.WriteNumberValue(bucket.Count);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> counts)
    {
        json.WriteStartObject(name);
        WriteCounts(json, counts);
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, IReadOnlyDictionary<string, long> counts)
    {
        foreach ((string key, long count) in counts)
        {
            json.WriteNumber(key, count);
        }
    }
}
