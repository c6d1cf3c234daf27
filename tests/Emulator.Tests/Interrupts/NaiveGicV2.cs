namespace Emulator.Tests.Interrupts;

/// <summary>A GICv2 without Security Extensions written down as plainly as can be. GICC_CTLR.AckCtl is set, so that GICC_IAR gives both groups.</summary>
internal sealed class NaiveGicV2(int cpus, int spis)
{
    private const int Idle = 0xff;

    private readonly Interrupt[][] _private =
        [.. Enumerable.Range(0, cpus).Select(c => Enumerable.Range(0, 32).Select(i => new Interrupt(i) { IsEdge = i < 16, IsEnabled = i < 16, Targets = 1 << c }).ToArray())];

    private readonly Interrupt[] _spis = [.. Enumerable.Range(32, spis).Select(i => new Interrupt(i))];

    public CpuModel[] Cpus { get; } = [.. Enumerable.Range(0, cpus).Select(_ => new CpuModel())];

    /// <summary>GICD_CTLR's enables by group.</summary>
    public bool[] Enables { get; } = new bool[2];

    public Interrupt this[int cpu, int id] => id < 32 ? _private[cpu][id] : _spis[id - 32];

    public Interrupt? HighestPending(int cpu) => _private[cpu].Concat(_spis)
        .Where(i => i.IsPending && i.IsEnabled && !i.IsActive && ((i.Targets >> cpu) & 1) != 0 && Enables[i.Group] && Cpus[cpu].Enables[i.Group])
        .OrderBy(i => i.Priority)
        .ThenBy(i => i.Id)
        .FirstOrDefault();

    public int RunningPriority(int cpu) => Cpus[cpu].Running.SelectMany(r => r).DefaultIfEmpty(Idle).Min();

    public bool Signals(int cpu)
    {
        if (HighestPending(cpu) is not { } best || best.Priority >= Cpus[cpu].Mask)
        {
            return false;
        }

        int running = RunningPriority(cpu);
        return running == Idle || Preemption(cpu, best.Group, best.Priority) < Preemption(cpu, best.Group, running);
    }

    /// <summary>What GICC_HPPIR shows, and GICC_IAR when it is signalled.</summary>
    public int Identity(int cpu) => HighestPending(cpu) is { } best ? best.Id | (best.Sources.DefaultIfEmpty(0).Min() << 10) : 1023;

    public void Acknowledge(int cpu)
    {
        Interrupt best = HighestPending(cpu)!;
        best.IsActive = true;
        best.Latch = false;
        if (best.Sources.Count > 0)
        {
            _ = best.Sources.Remove(best.Sources.Min);
        }

        Cpus[cpu].Running[best.Group].Add(Preemption(cpu, best.Group, best.Priority));
    }

    public void End(int cpu, int id)
    {
        if (RunningPriority(cpu) == Idle)
        {
            return;
        }

        SortedSet<int> running = Cpus[cpu].Running[this[cpu, id].Group];
        if (running.Count > 0)
        {
            _ = running.Remove(running.Min);
        }

        this[cpu, id].IsActive = false;
    }

    private int Preemption(int cpu, int group, int priority)
    {
        int cleared = group == 0 ? Cpus[cpu].BinaryPoint + 1 : Cpus[cpu].AliasedBinaryPoint;
        return priority >> cleared << cleared;
    }

    internal sealed class CpuModel
    {
        public SortedSet<int>[] Running { get; } = [[], []];

        public bool[] Enables { get; } = new bool[2];

        public bool FiqEnable { get; set; }

        public int Mask { get; set; }

        public int BinaryPoint { get; set; }

        public int AliasedBinaryPoint { get; set; } = 1;
    }

    internal sealed class Interrupt(int id)
    {
        public int Id { get; } = id;

        public int Targets { get; set; }

        public int Priority { get; set; }

        public int Group { get; set; }

        public bool IsEnabled { get; set; }

        public bool IsActive { get; set; }

        public bool IsEdge { get; set; }

        public bool Latch { get; set; }

        public bool Wire { get; set; }

        /// <summary>Senders of an SGI.</summary>
        public SortedSet<int> Sources { get; } = [];

        public bool IsPending => Latch || Sources.Count > 0 || (Wire && !IsEdge);
    }
}
