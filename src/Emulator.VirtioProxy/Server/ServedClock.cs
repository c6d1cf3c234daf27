using Emulator.Timing;

namespace Emulator.VirtioProxy.Server;

/// <summary>
/// The clock of a device that has no machine: it stands still, so what a model wants to do next it does at once. <see cref="Run"/> calls the timers that are due.
/// </summary>
internal sealed class ServedClock : IMachineClock
{
    private readonly List<(ITimerTarget Target, VirtualTime Deadline)> _timers = [];

    /// <inheritdoc/>
    public VirtualTime Now => default;

    /// <inheritdoc/>
    public TimerId Register(string id, ITimerTarget target)
    {
        // A model that comes back from elsewhere has its timer already.
        if (_timers.FindIndex(timer => timer.Target == target) is >= 0 and int known)
        {
            Disarm(new TimerId(known));
            return new TimerId(known);
        }

        _timers.Add((target, VirtualTime.Never));
        return new TimerId(_timers.Count - 1);
    }

    /// <inheritdoc/>
    public void Arm(TimerId timer, VirtualTime deadline) => _timers[timer.Value] = (_timers[timer.Value].Target, deadline);

    /// <inheritdoc/>
    public void Disarm(TimerId timer) => Arm(timer, VirtualTime.Never);

    /// <summary>Calls every timer whose deadline has come, until none is left.</summary>
    public void Run()
    {
        for (int i = 0; i < _timers.Count; i++)
        {
            if (_timers[i].Deadline <= Now)
            {
                Disarm(new TimerId(i));
                _timers[i].Target.OnTimer(new TimerId(i));
                i = -1;
            }
        }
    }
}
