using Emulator.Cpu;
using Emulator.Debugging;
using Emulator.Serial;
using Emulator.Timing;

namespace Emulator;

// What the scheduler asks of the machine.
public sealed unsafe partial class Machine
{
    // While a device waits for an answer from outside it also looks at how long it has waited.
    private const int LongestBlindWait = 100;

    private bool HasLiveInput => InputIsLive || _devices.Remotes.HasUnsolicitedInput;

    /// <inheritdoc/>
    void IMachineHost.BeforeSlice()
    {
        // First, because waiting forgets who woke it: what came meanwhile is looked at now.
        if (_settings.Time == MachineTime.Host)
        {
            _ = _pacer.WaitUntil(Clock.Now, CancellationToken.None);
        }

        foreach (ConsolePort port in _devices.Consoles)
        {
            port.Pump();
        }
    }

    /// <inheritdoc/>
    bool IMachineHost.TryPassGate(CancellationToken cancellation)
    {
        if (_devices.Remotes.TryPass())
        {
            return true;
        }

        if (!_devices.Remotes.TryWait(LongestBlindWait))
        {
            _pacer.WaitForWake(cancellation, LongestBlindWait);
        }

        return false;
    }

    /// <inheritdoc/>
    void IMachineHost.AfterRun(Processor processor, long limit)
    {
        _eventStreams.Follow(processor);
        if (processor.IsLockedUp)
        {
            _guestStop = StopReason.LockUp;
        }

        if (_lockstep?.Divergence is not null)
        {
            _guestStop = StopReason.Divergence;
        }
    }

    /// <inheritdoc/>
    bool IMachineHost.Idle(VirtualTime until, CancellationToken cancellation)
    {
        bool isParked = Array.Exists(_processors, p => p.IsParked);
        if (isParked)
        {
            // The clock stands still while a device is asked: only the host waits.
            if (!_devices.Remotes.TryWait(LongestBlindWait))
            {
                _pacer.WaitForWake(cancellation);
            }

            foreach (Processor processor in _processors)
            {
                processor.IsParked = false;
            }

            return true;
        }

        VirtualTime next = Clock.NextDeadline;
        if (next == VirtualTime.Never && !HasLiveInput && !(_domainMember is not null && until != VirtualTime.Never))
        {
            return false;
        }

        VirtualTime target = next < until ? next : until;
        if (HasLiveInput || _settings.Time == MachineTime.Host)
        {
            target = _pacer.WaitUntil(target, cancellation);
        }

        VirtualTime start = Clock.Now;
        Clock.SkipTo(target);
        RecordIdle(start);
        return true;
    }

    /// <inheritdoc/>
    VirtualTime IMachineHost.LetPass(VirtualTime target, CancellationToken cancellation) =>
        target != VirtualTime.Never && !HasLiveInput && _settings.Time != MachineTime.Host ? target : _pacer.WaitUntil(target, cancellation);

    /// <inheritdoc/>
    StopReason? IMachineHost.TakeGuestStop()
    {
        if (_resetRequested)
        {
            _resetRequested = false;
            if (_settings.NoReboot)
            {
                return StopReason.Reset;
            }

            PerformReset();
        }

        // A machine that is off, or locked up, stays so.
        return _guestStop;
    }

    private void RecordIdle(VirtualTime start)
    {
        if (_trace is not null && Clock.Now > start)
        {
            _trace.Record(new TraceEvent { Kind = TraceEventKind.Idle, Time = Clock.Now, Started = start, Source = TraceEvent.MachineSource });
        }
    }
}
