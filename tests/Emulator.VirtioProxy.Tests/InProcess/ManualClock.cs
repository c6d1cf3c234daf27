using Emulator.Timing;

namespace Emulator.VirtioProxy.Tests.InProcess;

/// <summary>A machine's clock that a test sets.</summary>
internal sealed class ManualClock : IMachineClock
{
    private readonly List<(ITimerTarget Target, VirtualTime Deadline)> _timers = [];

    public VirtualTime Now { get; private set; } = VirtualTime.Zero;

    public TimerId Register(string id, ITimerTarget target)
    {
        _timers.Add((target, VirtualTime.Never));
        return new TimerId(_timers.Count - 1);
    }

    public void Arm(TimerId timer, VirtualTime deadline) => _timers[timer.Value] = (_timers[timer.Value].Target, deadline);

    public void Disarm(TimerId timer) => Arm(timer, VirtualTime.Never);

    /// <summary>Lets time pass, and calls what is due then.</summary>
    public void Pass(long nanoseconds)
    {
        Now = Now.After(nanoseconds);
        for (int i = 0; i < _timers.Count; i++)
        {
            if (_timers[i].Deadline <= Now)
            {
                Disarm(new TimerId(i));
                _timers[i].Target.OnTimer(new TimerId(i));
            }
        }
    }
}
