using Emulator.Timing;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>The clock of a device whose driver is in another process: the host's.</summary>
/// <param name="time">The host's time.</param>
internal sealed class HostClock(TimeProvider time) : IMachineClock
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<(ITimerTarget Target, VirtualTime Deadline)> _timers = [];

    /// <inheritdoc/>
    public VirtualTime Now => VirtualTime.FromTimeSpan(time.GetElapsedTime(_start));

    /// <summary>Milliseconds until the next timer fires, rounded up; -1 when none is armed.</summary>
    public int WaitMilliseconds
    {
        get
        {
            VirtualTime next = VirtualTime.Never;
            foreach ((_, VirtualTime deadline) in _timers)
            {
                next = deadline < next ? deadline : next;
            }

            const long millisecond = 1_000_000;
            return next == VirtualTime.Never ? -1 : (int)Math.Clamp((next.Nanoseconds - Now.Nanoseconds + millisecond - 1) / millisecond, 0, int.MaxValue);
        }
    }

    /// <inheritdoc/>
    public TimerId Register(string id, ITimerTarget target)
    {
        _timers.Add((target, VirtualTime.Never));
        return new TimerId(_timers.Count - 1);
    }

    /// <inheritdoc/>
    public void Arm(TimerId timer, VirtualTime deadline) => _timers[timer.Value] = (_timers[timer.Value].Target, deadline);

    /// <inheritdoc/>
    public void Disarm(TimerId timer) => Arm(timer, VirtualTime.Never);

    /// <summary>Calls each timer that is due, once: what is armed again meanwhile waits for the next call.</summary>
    /// <returns>True when one was due.</returns>
    public bool FireDueTimers()
    {
        VirtualTime now = Now;
        bool hasFired = false;
        for (int i = 0; i < _timers.Count; i++)
        {
            if (_timers[i].Deadline <= now)
            {
                Disarm(new TimerId(i));
                _timers[i].Target.OnTimer(new TimerId(i));
                hasFired = true;
            }
        }

        return hasFired;
    }
}
