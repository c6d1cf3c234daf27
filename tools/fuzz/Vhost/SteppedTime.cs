namespace Emulator.Fuzz.Vhost;

/// <summary>
/// The host's time of a target that has one thread. Who looks at it is about to wait: the other side does its work then, and time passes only when there was none. So an input takes the same course every time.
/// </summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _now;

    /// <summary>Does what the other side has to do; false when that is nothing.</summary>
    public Func<bool> Work { get; set; } = static () => false;

    /// <inheritdoc/>
    public override long TimestampFrequency => 100_000;

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        if (!Work())
        {
            _now++;
        }

        return _now;
    }
}
