using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Timing;

namespace Emulator;

/// <summary>
/// Ends the waits of WFE by the event streams of the generic timers (Arm ARM D11.1.3). A stream has no state: nothing happens while no CPU waits for it, and then one timer stands at the first event of all.
/// </summary>
internal sealed class EventStreams : ITimerTarget
{
    private readonly Processor[] _processors;
    private readonly GenericTimer[] _timers;
    private readonly VirtualClock _clock;
    private readonly TimerId _timer;

    /// <summary>Creates the streams of a machine.</summary>
    /// <param name="processors">The CPUs.</param>
    /// <param name="timers">The timer of each.</param>
    /// <param name="clock">The machine's clock.</param>
    public EventStreams(Processor[] processors, GenericTimer[] timers, VirtualClock clock)
    {
        _processors = processors;
        _timers = timers;
        _clock = clock;
        _timer = clock.Register("event-streams", this);
    }

    /// <summary>A CPU has run: when it waits for an event now, the timer must not come later than its stream.</summary>
    public void Follow(Processor processor)
    {
        if (processor.Wait == WaitKind.Event)
        {
            Arm();
        }
    }

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        VirtualTime now = _clock.Now;
        VirtualTime before = new(now.Nanoseconds - 1);
        for (int i = 0; i < _processors.Length; i++)
        {
            if (_processors[i].Wait == WaitKind.Event && _timers[i].NextStreamEvent(before) <= now)
            {
                _processors[i].SetEvent();
            }
        }

        Arm();
    }

    private void Arm()
    {
        VirtualTime now = _clock.Now;
        VirtualTime first = VirtualTime.Never;
        for (int i = 0; i < _processors.Length; i++)
        {
            if (_processors[i].Wait == WaitKind.Event && _timers[i].NextStreamEvent(now) is var next && next < first)
            {
                first = next;
            }
        }

        _clock.Arm(_timer, first);
    }
}
