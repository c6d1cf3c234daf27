namespace Emulator.Debugging;

/// <summary>How long the requests of a device took, queue by queue. Statistics, no state: a guest sees none of it.</summary>
internal sealed class RequestLatencies
{
    private readonly LatencyHistogram?[] _virtual;
    private readonly LatencyHistogram?[] _host;

    /// <summary>Creates empty ones. A queue takes memory from its first request on.</summary>
    /// <param name="queues">Number of queues.</param>
    public RequestLatencies(int queues)
    {
        _virtual = new LatencyHistogram?[queues];
        _host = new LatencyHistogram?[queues];
    }

    /// <summary>Counts a request by the machine's time.</summary>
    public void Record(int queue, long nanoseconds) => (_virtual[queue] ??= new LatencyHistogram()).Record(nanoseconds);

    /// <summary>Counts a request by the host's time.</summary>
    public void RecordHost(int queue, long nanoseconds) => (_host[queue] ??= new LatencyHistogram()).Record(nanoseconds);

    /// <summary>The queues that had requests.</summary>
    public IReadOnlyList<QueueLatency> ToList()
    {
        var queues = new List<QueueLatency>();
        for (int queue = 0; queue < _virtual.Length; queue++)
        {
            if (_virtual[queue] is { } latencies)
            {
                queues.Add(new QueueLatency(queue, latencies.Summarize(), _host[queue]?.Summarize()));
            }
        }

        return queues;
    }
}
