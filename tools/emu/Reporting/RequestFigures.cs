using Emulator.Debugging;

namespace Emulator.Tool.Reporting;

/// <summary>Figures of requests of one kind.</summary>
internal sealed class RequestFigures
{
    /// <summary>How long they took in virtual time.</summary>
    public LatencyHistogram Virtual { get; } = new();

    /// <summary>How long they took in host time, where that was measured.</summary>
    public LatencyHistogram Host { get; } = new();

    /// <summary>Bytes that the device has read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Bytes that the device has written.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Counts a request.</summary>
    public void Add(in TracedRequest request)
    {
        Virtual.Record(request.Completed - request.Announced);
        BytesRead += request.BytesRead;
        BytesWritten += request.BytesWritten;
        if (request.HostNanoseconds is { } host)
        {
            Host.Record(host);
        }
    }
}
