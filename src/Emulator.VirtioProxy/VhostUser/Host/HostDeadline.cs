namespace Emulator.VirtioProxy.VhostUser.Host;

/// <summary>An instant of the host's time by which something must have happened.</summary>
internal readonly struct HostDeadline
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _length;

    private HostDeadline(TimeProvider time, TimeSpan length)
    {
        _time = time;
        _start = time.GetTimestamp();
        _length = length;
    }

    /// <summary>True once it has come.</summary>
    public bool HasPassed => _time.GetElapsedTime(_start) >= _length;

    /// <summary>Time that is left, rounded up, in milliseconds; 0 when there is none.</summary>
    public int RemainingMilliseconds => (int)Math.Clamp(Math.Ceiling((_length - _time.GetElapsedTime(_start)).TotalMilliseconds), 0, int.MaxValue);

    /// <summary>A deadline from now on.</summary>
    public static HostDeadline After(TimeProvider time, TimeSpan length) => new(time, length);
}
