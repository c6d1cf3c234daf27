using Emulator.Debugging;

namespace Emulator.Tests.Debugging;

/// <summary>A listener that remembers.</summary>
internal sealed class RecordingSink : ITraceSink
{
    public List<TraceEvent> Events { get; } = [];

    public bool IsDisposed { get; private set; }

    public void Record(in TraceEvent traceEvent) => Events.Add(traceEvent);

    public void Dispose() => IsDisposed = true;
}
