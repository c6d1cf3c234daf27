namespace Emulator.Tests.Interrupts;

/// <summary>
/// The GIC's rules of selection and signalling written down as plainly as can be: a list of interrupts per CPU, searched from one end to the other each
/// time. Five priority bits, two security states.
/// </summary>
internal sealed class NaiveGic
{
    private const int Idle = 0xff;

    private readonly int _cpus;
    private readonly Interrupt[][] _private;
    private readonly Interrupt[] _spis;

    public NaiveGic(int cpus, int spis)
    {
        _cpus = cpus;
        _private = [.. Enumerable.Range(0, cpus).Select(c => Enumerable.Range(0, 32).Select(i => new Interrupt(i) { IsEdge = i < 16, Target = c }).ToArray())];
        _spis = [.. Enumerable.Range(32, spis).Select(i => new Interrupt(i))];
        Cpus = [.. Enumerable.Range(0, cpus).Select(_ => new CpuModel())];
    }

    public CpuModel[] Cpus { get; }

    /// <summary>GICD_CTLR's enables by group: 0, Non-secure 1, Secure 1.</summary>
    public bool[] Enables { get; } = new bool[3];

    public Interrupt this[int cpu, int id] => id < 32 ? _private[cpu][id] : _spis[id - 32];

    public Interrupt? HighestPending(int cpu) => _private[cpu].Concat(_spis)
        .Where(i => i.IsPending && i.IsEnabled && !i.IsActive && Reaches(i, cpu))
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

    public void Acknowledge(int cpu)
    {
        Interrupt best = HighestPending(cpu)!;
        best.IsActive = true;
        best.Latch = false;
        Cpus[cpu].Running[best.Group].Add(Preemption(cpu, best.Group, best.Priority));
    }

    /// <summary>Ends an interrupt at EL3, where both states' interrupts can be ended.</summary>
    public void End(int cpu, int id, bool group0)
    {
        int running = RunningPriority(cpu);
        if (running == Idle)
        {
            return;
        }

        // Of equal priorities, the order is Group 0, Secure Group 1, Non-secure Group 1.
        int group = Cpus[cpu].Running[0].Contains(running) ? 0 : Cpus[cpu].Running[2].Contains(running) ? 2 : 1;
        if (group0 == (group == 0))
        {
            _ = Cpus[cpu].Running[group].Remove(running);
            this[cpu, id].IsActive = false;
        }
    }

    private int Preemption(int cpu, int group, int priority)
    {
        int cleared = group switch
        {
            0 => Cpus[cpu].BinaryPoint0 + 1,
            1 => Cpus[cpu].NonSecureBinaryPoint1,
            _ => Cpus[cpu].SecureBinaryPoint1 + 1,
        };
        return priority >> cleared << cleared;
    }

    private bool Takes(int cpu, int group) => Enables[group] && Cpus[cpu].Enables[group];

    private bool Reaches(Interrupt interrupt, int cpu)
    {
        if (!Takes(cpu, interrupt.Group))
        {
            return false;
        }

        return interrupt.Target == Interrupt.AnyCpu
            ? Enumerable.Range(0, _cpus).First(c => Takes(c, interrupt.Group)) == cpu
            : interrupt.Target == cpu;
    }

    internal sealed class CpuModel
    {
        /// <summary>Active priorities by group; a level counts once, as it has one bit.</summary>
        public HashSet<int>[] Running { get; } = [[], [], []];

        public bool[] Enables { get; } = new bool[3];

        public int Mask { get; set; }

        public int BinaryPoint0 { get; set; } = 2;

        public int SecureBinaryPoint1 { get; set; } = 2;

        public int NonSecureBinaryPoint1 { get; set; } = 3;
    }

    internal sealed class Interrupt(int id)
    {
        public const int AnyCpu = -1;

        public int Id { get; } = id;

        public int Target { get; set; }

        public int Priority { get; set; }

        public bool IsEnabled { get; set; }

        public bool IsActive { get; set; }

        public bool IsEdge { get; set; }

        public bool Latch { get; set; }

        public bool Wire { get; set; }

        public bool GroupBit { get; set; }

        public bool ModifierBit { get; set; }

        public bool IsPending => Latch || (Wire && !IsEdge);

        /// <summary>0, 1 for Non-secure Group 1, 2 for Secure Group 1.</summary>
        public int Group => GroupBit ? 1 : ModifierBit ? 2 : 0;
    }
}
