namespace Emulator.Tests.Interrupts;

/// <summary>The rules of virtual interrupts written down as plainly as can be, with a list of interrupts in the place of registers.</summary>
internal sealed class NaiveVirtualInterface
{
    private const int Idle = 0xff;

    public Entry[] List { get; } = [.. Enumerable.Range(0, 4).Select(_ => new Entry())];

    /// <summary>Active priorities by group.</summary>
    public SortedSet<int>[] Running { get; } = [[], []];

    public bool[] Enables { get; } = new bool[2];

    public bool IsOn { get; set; }

    public bool SplitsEnd { get; set; }

    public bool SharesBinaryPoint { get; set; }

    public int Mask { get; set; }

    public int[] BinaryPoints { get; } = [2, 3];

    public int EndCount { get; private set; }

    /// <summary>Physical interrupts that ends have deactivated, in order.</summary>
    public List<int> Deactivated { get; } = [];

    public int RunningPriority => Running.SelectMany(r => r).DefaultIfEmpty(Idle).Min();

    public Entry? HighestPending => List.Where(e => e.IsPending && !e.IsActive && Enables[e.Group] && e.Priority < Idle).OrderBy(e => e.Priority).FirstOrDefault();

    public bool Signals => HighestPending is { } best && IsOn && best.Priority < Mask
        && (RunningPriority == Idle || Preemption(best.Group, best.Priority) < Preemption(best.Group, RunningPriority));

    public void Acknowledge()
    {
        Entry best = HighestPending!;
        best.IsPending = false;
        best.IsActive = best.Id < 8192;
        _ = Running[best.Group].Add(Preemption(best.Group, best.Priority));
    }

    public void End(int id, int group)
    {
        int running = RunningPriority;
        if (running == Idle)
        {
            return;
        }

        _ = Running[Running[0].Contains(running) ? 0 : 1].Remove(running);
        if (SplitsEnd || id >= 8192)
        {
            return;
        }

        Entry? entry = List.FirstOrDefault(e => e.IsActive && e.Id == id);
        if (entry is null)
        {
            EndCount = (EndCount + 1) % 32;
        }
        else if (entry.Group == group && Preemption(group, entry.Priority) == running)
        {
            Deactivate(entry);
        }
    }

    public void Deactivate(int id)
    {
        if (!SplitsEnd || id >= 8192)
        {
            return;
        }

        if (List.FirstOrDefault(e => e.IsActive && e.Id == id) is { } entry)
        {
            Deactivate(entry);
        }
        else
        {
            EndCount = (EndCount + 1) % 32;
        }
    }

    private void Deactivate(Entry entry)
    {
        entry.IsActive = false;
        if (entry.PhysicalId is { } id)
        {
            Deactivated.Add(id);
        }
    }

    private int Preemption(int group, int priority)
    {
        int cleared = group == 1 && !SharesBinaryPoint ? BinaryPoints[1] : BinaryPoints[0] + 1;
        return priority >> cleared << cleared;
    }

    internal sealed class Entry
    {
        public int Id { get; set; }

        public int Group { get; set; }

        public int Priority { get; set; }

        public bool IsPending { get; set; }

        public bool IsActive { get; set; }

        public bool NotifiesEnd { get; set; }

        public int? PhysicalId { get; set; }
    }
}
