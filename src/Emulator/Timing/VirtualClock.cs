using Emulator.Snapshots;

namespace Emulator.Timing;

/// <summary>
/// The machine's clock: virtual time is a function of retired instructions plus the time skipped while every CPU waited.
/// Timers are data: a deadline and a sequence number each. Equal deadlines fire in the order of the timers' ids.
/// </summary>
public sealed class VirtualClock : IMachineClock, ISnapshotState
{
    private readonly List<TimerEntry> _timers = [];
    private readonly IInstructionCounter _counter;
    private long _idle;
    private long _nextSequence;

    /// <summary>Creates a clock at zero.</summary>
    /// <param name="counter">Who counts retired instructions.</param>
    /// <param name="nanosecondsPerInstruction">How long an instruction takes, at least 1.</param>
    public VirtualClock(IInstructionCounter counter, int nanosecondsPerInstruction = 1)
    {
        ArgumentNullException.ThrowIfNull(counter);
        ArgumentOutOfRangeException.ThrowIfLessThan(nanosecondsPerInstruction, 1);
        _counter = counter;
        NanosecondsPerInstruction = nanosecondsPerInstruction;
        NextDeadline = VirtualTime.Never;
    }

    /// <summary>Raised when the earliest deadline has changed: whoever runs CPUs must recompute how far they may go.</summary>
    public event Action? NextDeadlineChanged;

    /// <summary>How long an instruction takes.</summary>
    public int NanosecondsPerInstruction { get; }

    /// <inheritdoc/>
    public VirtualTime Now => new((_counter.RetiredInstructions * NanosecondsPerInstruction) + _idle);

    /// <summary>The earliest deadline of all armed timers, or <see cref="VirtualTime.Never"/>.</summary>
    public VirtualTime NextDeadline { get; private set; }

    /// <inheritdoc/>
    public TimerId Register(string id, ITimerTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (_timers.Exists(t => t.Name == id))
        {
            throw new ArgumentException($"a timer '{id}' exists already", nameof(id));
        }

        _timers.Add(new TimerEntry(id, target));
        return new TimerId(_timers.Count - 1);
    }

    /// <inheritdoc/>
    public void Arm(TimerId timer, VirtualTime deadline)
    {
        TimerEntry entry = _timers[timer.Value];
        entry.Deadline = deadline;
        entry.Sequence = _nextSequence++;
        UpdateNextDeadline();
    }

    /// <inheritdoc/>
    public void Disarm(TimerId timer) => Arm(timer, VirtualTime.Never);

    /// <summary>The deadline of a timer, <see cref="VirtualTime.Never"/> when it is not armed.</summary>
    /// <param name="timer">Which timer.</param>
    public VirtualTime DeadlineOf(TimerId timer) => _timers[timer.Value].Deadline;

    /// <summary>Fires every timer whose deadline is not after <see cref="Now"/>, in order of deadline, then id.</summary>
    public void FireDueTimers()
    {
        VirtualTime now = Now;
        while (NextDeadline <= now)
        {
            int due = 0;
            for (int i = 1; i < _timers.Count; i++)
            {
                if (_timers[i].Deadline < _timers[due].Deadline)
                {
                    due = i;
                }
            }

            TimerEntry entry = _timers[due];
            entry.Deadline = VirtualTime.Never;
            UpdateNextDeadline();
            entry.Target.OnTimer(new TimerId(due));
        }
    }

    /// <summary>Lets time pass without instructions, because every CPU waits.</summary>
    /// <param name="instant">The instant to jump to; nothing happens when it has passed already.</param>
    public void SkipTo(VirtualTime instant)
    {
        long gap = instant.Nanoseconds - Now.Nanoseconds;
        if (gap > 0)
        {
            _idle += gap;
        }
    }

    /// <summary>Instructions that may retire before an instant is reached; zero when it has come.</summary>
    /// <param name="instant">The instant.</param>
    public long InstructionsUntil(VirtualTime instant)
    {
        if (instant == VirtualTime.Never)
        {
            return long.MaxValue;
        }

        long gap = instant.Nanoseconds - Now.Nanoseconds;
        return gap <= 0 ? 0 : (gap + NanosecondsPerInstruction - 1) / NanosecondsPerInstruction;
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section("clock", 1);
        writer.Write(_idle);
        writer.Write(_nextSequence);
        writer.Write(_timers.Count);
        foreach (TimerEntry entry in _timers)
        {
            writer.Write(entry.Name);
            writer.Write(entry.Deadline.Nanoseconds);
            writer.Write(entry.Sequence);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section("clock", 1);
        _idle = reader.ReadInt64();
        _nextSequence = reader.ReadInt64();
        int count = reader.ReadInt32();
        if (count != _timers.Count)
        {
            throw new SnapshotException($"the snapshot has {count} timers, this machine {_timers.Count}; load it into a machine of the same description");
        }

        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadString();
            TimerEntry entry = _timers.Find(t => t.Name == name)
                ?? throw new SnapshotException($"the snapshot has a timer '{name}' that this machine lacks; load it into a machine of the same description");
            entry.Deadline = new VirtualTime(reader.ReadInt64());
            entry.Sequence = reader.ReadInt64();
        }

        UpdateNextDeadline();
    }

    private void UpdateNextDeadline()
    {
        VirtualTime next = VirtualTime.Never;
        foreach (TimerEntry entry in _timers)
        {
            if (entry.Deadline < next)
            {
                next = entry.Deadline;
            }
        }

        if (next != NextDeadline)
        {
            NextDeadline = next;
            NextDeadlineChanged?.Invoke();
        }
    }

    private sealed class TimerEntry(string name, ITimerTarget target)
    {
        public string Name { get; } = name;

        public ITimerTarget Target { get; } = target;

        public VirtualTime Deadline { get; set; } = VirtualTime.Never;

        public long Sequence { get; set; }
    }
}
