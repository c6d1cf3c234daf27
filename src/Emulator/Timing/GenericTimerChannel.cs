using Emulator.Interrupts;
using Emulator.Snapshots;

namespace Emulator.Timing;

/// <summary>One of a CPU's timers: a compare value, a control register and a level-sensitive interrupt (Arm ARM, D11.2 "The timers").</summary>
internal sealed class GenericTimerChannel : ITimerTarget
{
    // CNT*_CTL
    private const uint Enable = 1 << 0;
    private const uint InterruptMask = 1 << 1;
    private const uint Status = 1 << 2;

    private readonly SystemCounter _counter;
    private readonly IMachineClock _clock;
    private readonly IInterruptLine _line;
    private readonly TimerId _timer;
    private uint _control;
    private ulong _compareValue;
    private ulong _offset;
    private bool _level;

    public GenericTimerChannel(SystemCounter counter, IMachineClock clock, string id, IInterruptLine line)
    {
        _counter = counter;
        _clock = clock;
        _line = line;
        _timer = clock.Register(id, this);
    }

    /// <summary>What is subtracted from the system counter; zero but for the virtual timer.</summary>
    public ulong Offset
    {
        get => _offset;
        set
        {
            _offset = value;
            Update();
        }
    }

    /// <summary>CNT*_CTL. ISTATUS is exact at each read, and zero while the timer is off.</summary>
    public ulong Control
    {
        get => _control | ((_control & Enable) != 0 && View() >= _compareValue ? Status : 0);
        set
        {
            _control = (uint)value & (Enable | InterruptMask);
            Update();
        }
    }

    /// <summary>CNT*_CVAL.</summary>
    public ulong CompareValue
    {
        get => _compareValue;
        set
        {
            _compareValue = value;
            Update();
        }
    }

    /// <summary>CNT*_TVAL: the compare value as a signed distance from now.</summary>
    public ulong TimerValue
    {
        get => (uint)(_compareValue - View());
        set => CompareValue = View() + (ulong)(int)value;
    }

    /// <inheritdoc/>
    public void OnTimer(TimerId timer) => Update();

    public void Reset()
    {
        _control = 0;
        _compareValue = 0;
        _offset = 0;
        Update();
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(_control);
        writer.Write(_compareValue);
        writer.Write(_offset);
        writer.Write(_level);
    }

    // The deadline is part of the clock's state, which is restored with it.
    public void Load(SnapshotReader reader)
    {
        _control = reader.ReadUInt32() & (Enable | InterruptMask);
        _compareValue = reader.ReadUInt64();
        _offset = reader.ReadUInt64();
        _level = reader.ReadBoolean();
        _line.Set(_level);
    }

    private ulong View() => _counter.CountAt(_clock.Now) - _offset;

    // The condition is an unsigned comparison with the view of this timer, which starts anew at zero when the system counter
    // reaches an offset that lies in its future.
    private void Update()
    {
        ulong count = _counter.CountAt(_clock.Now);
        ulong view = count - _offset;
        bool met = view >= _compareValue;
        bool unmasked = (_control & (Enable | InterruptMask)) == Enable;
        VirtualTime deadline = VirtualTime.Never;
        if (unmasked && !met)
        {
            ulong rest = _compareValue - view;
            deadline = rest <= ulong.MaxValue - count ? _counter.FirstInstantOf(count + rest) : VirtualTime.Never;
        }
        else if (unmasked && _offset > count && _compareValue != 0)
        {
            deadline = _counter.FirstInstantOf(_offset);
        }

        _clock.Arm(_timer, deadline);
        bool level = unmasked && met;
        if (level != _level)
        {
            _level = level;
            _line.Set(level);
        }
    }
}
