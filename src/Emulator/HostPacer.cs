using Emulator.Timing;

namespace Emulator;

/// <summary>
/// Keeps virtual time from running ahead of the host's: for interactive use, and while input from outside can come at any time. It only ever waits, so that
/// what a guest computes does not depend on it; when input ends a wait, the machine's clock stands where the host's does.
/// </summary>
internal sealed class HostPacer : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ManualResetEventSlim _wake = new();
    private long _hostStart;
    private VirtualTime _virtualStart;
    private bool _isStarted;

    /// <summary>Creates a pacer.</summary>
    /// <param name="time">The host's time.</param>
    public HostPacer(TimeProvider time)
    {
        _time = time;
    }

    /// <summary>Ends a wait. Any thread may call it.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Takes the present instants of both clocks as the same; called when a run starts.</summary>
    public void Start(VirtualTime now)
    {
        _hostStart = _time.GetTimestamp();
        _virtualStart = now;
        _isStarted = true;
    }

    /// <summary>Waits until the host's clock has come to an instant, or somebody calls <see cref="Wake"/>.</summary>
    /// <param name="instant">The instant; <see cref="VirtualTime.Never"/> to wait for <see cref="Wake"/> alone.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The instant to which the machine's clock may go: the one asked for, or where the host's stands.</returns>
    public VirtualTime WaitUntil(VirtualTime instant, CancellationToken cancellation)
    {
        if (!_isStarted)
        {
            Start(VirtualTime.Zero);
        }

        try
        {
            while (instant > HostNow && !cancellation.IsCancellationRequested)
            {
                long milliseconds = ((instant.Nanoseconds - HostNow.Nanoseconds) / 1_000_000) + 1;
                if (_wake.Wait((int)Math.Min(milliseconds, 60_000), cancellation))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run loop sees the token itself.
        }

        _wake.Reset();
        VirtualTime host = HostNow;
        return host < instant ? host : instant;
    }

    /// <summary>Waits until somebody calls <see cref="Wake"/>. No clock moves.</summary>
    /// <param name="cancellation">Ends the waiting, too.</param>
    /// <param name="milliseconds">And so does this time, if it is given.</param>
    public void WaitForWake(CancellationToken cancellation, int milliseconds = Timeout.Infinite)
    {
        try
        {
            _ = _wake.Wait(milliseconds, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The run loop sees the token itself.
        }

        _wake.Reset();
    }

    public void Dispose() => _wake.Dispose();

    private VirtualTime HostNow => _virtualStart.After(_time.GetElapsedTime(_hostStart).Ticks * TimeSpan.NanosecondsPerTick);
}
