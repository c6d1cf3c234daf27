using System.Text.Json;
using Emulator.Debugging;
using Emulator.Tool.Running;

namespace Emulator.Tool.Tests.Running;

public sealed class StatisticsFileTests
{
    [Test]
    public void A_virtio_device_has_its_counters_and_the_latencies_of_its_queues()
    {
        var latency = new LatencySummary { Count = 3, Mean = 2.5, P50 = 2, P90 = 3, P99 = 4, Max = 5, Buckets = [new LatencyBucket(2, 3, 2), new LatencyBucket(5, 5, 1)] };
        MachineStatistics statistics = Empty with
        {
            Devices = new Dictionary<string, IReadOnlyDictionary<string, long>> { ["disk"] = new Dictionary<string, long> { ["requests"] = 3 }, ["uart"] = new Dictionary<string, long> { ["accesses"] = 1 } },
            Latencies = new Dictionary<string, IReadOnlyList<QueueLatency>> { ["disk"] = [new QueueLatency(1, latency, null), new QueueLatency(2, latency, latency with { Max = 9 })] },
        };

        using var json = JsonDocument.Parse(StatisticsFile.Format([new RunOutcome(0, "script", statistics, 1, 1)], listRuns: false));

        JsonElement devices = json.RootElement.GetProperty("devices");
        Assert.That(devices.GetProperty("uart").GetRawText(), Is.EqualTo("""{"accesses":1}"""));
        Assert.That(devices.GetProperty("disk").GetProperty("requests").GetInt64(), Is.EqualTo(3));
        JsonElement queues = devices.GetProperty("disk").GetProperty("latencies");
        Assert.That(
            queues[0].GetRawText(),
            Is.EqualTo("""{"queue":1,"virtual":{"count":3,"mean":2.5,"p50":2,"p90":3,"p99":4,"max":5,"buckets":[[2,3,2],[5,5,1]]}}"""));
        Assert.That(queues[1].GetProperty("host").GetProperty("max").GetInt64(), Is.EqualTo(9));
    }

    private static MachineStatistics Empty => new()
    {
        Instructions = 1,
        Skipped = 0,
        VirtualSeconds = 1,
        Engine = "interpreter",
        MmioAccesses = 0,
        Interrupts = 0,
        Undefined = new Dictionary<string, long>(),
        Cpus = [],
        Devices = new Dictionary<string, IReadOnlyDictionary<string, long>>(),
    };
}
