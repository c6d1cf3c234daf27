namespace Emulator.Debugging;

/// <summary>
/// Hears of what happens in a machine, see <see cref="MachineBuilder.WithTrace(Func{ITraceSink})"/>. All calls come on the thread that runs the machine, in the middle of what it tells of: whoever
/// listens must not touch the machine, and changes nothing by taking long but the run's speed.
/// </summary>
public interface ITraceSink : IDisposable
{
    /// <summary>Something has happened.</summary>
    /// <param name="traceEvent">What and when. Instants never go back from one call to the next.</param>
    void Record(in TraceEvent traceEvent);
}
