using Emulator.Debugging;

namespace Emulator.BootTests.KilledBackEnds;

/// <summary>Does something after numbers of requests that a seed gives: the same ones in every run, whichever the host does.</summary>
/// <param name="seed">The seed.</param>
/// <param name="most">How often at most.</param>
/// <param name="act">What to do, in the middle of telling the guest of a request's end.</param>
internal sealed class RequestCounter(int seed, int most, Action<int> act) : ITraceSink
{
    private readonly Random _random = new(seed);
    private int _left = int.MaxValue;

    /// <summary>How often it was done.</summary>
    public int Count { get; private set; }

    /// <summary>Begins to count.</summary>
    public void Start() => _left = Next();

    /// <inheritdoc/>
    public void Record(in TraceEvent traceEvent)
    {
        if (traceEvent.Kind == TraceEventKind.Request && --_left == 0)
        {
            act(++Count);
            _left = Count < most ? Next() : int.MaxValue;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // There is nothing to close.
    }

    private int Next() => _random.Next(3, 16);
}
