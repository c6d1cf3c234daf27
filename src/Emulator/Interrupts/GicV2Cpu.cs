using System.Numerics;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// What a GICv2 has for one CPU: its SGIs and PPIs, and its interface, which masks, prioritizes, and drives IRQ and FIQ. Its registers are in <see cref="GicV2CpuInterface"/>,
/// those of its interrupts in <see cref="GicV2Distributor"/>.
/// </summary>
internal sealed class GicV2Cpu : IGicBankObserver
{
    /// <summary>All eight bits of a priority are there; seven can preempt.</summary>
    public const int PriorityBits = 8;

    // GICC_CTLR
    public const uint EnableGroup0 = 1 << 0;
    public const uint EnableGroup1 = 1 << 1;
    public const uint AcknowledgeControl = 1 << 2;
    public const uint FiqEnable = 1 << 3;
    public const uint CommonBinaryPoint = 1 << 4;
    public const uint EoiModeSecure = 1 << 9;
    public const uint EoiModeNonSecure = 1 << 10;

    public const int IdlePriority = 0xff;

    private const int PreemptionBits = 7;
    private const uint Sgis = 0xffff;

    private readonly GicV2 _gic;
    private readonly byte[] _sgiSources = new byte[GicIntId.FirstPpi];
    private IInterruptLine? _irqLine;
    private IInterruptLine? _fiqLine;
    private bool _irq;
    private bool _fiq;

    public GicV2Cpu(GicV2 gic, GicV2Options options, int index)
    {
        _gic = gic;
        Index = index;
        Bank = new GicInterruptBank(this, 0, uint.MaxValue, Sgis, PriorityBits);
        Selector = new GicPendingSelector(gic.Distributor, Bank, null);
        Virtual = options.HasVirtualInterface ? new GicVirtualInterface(DeactivatePhysical, isVersion2: true) : null;
    }

    public int Index { get; }

    public GicInterruptBank Bank { get; }

    public GicPendingSelector Selector { get; }

    /// <summary>The virtual interface; null without the Virtualization Extensions.</summary>
    public GicVirtualInterface? Virtual { get; }

    /// <summary>GICC_CTLR as Secure accesses see it.</summary>
    public uint Control { get; private set; }

    public int PriorityMask { get; private set; }

    /// <summary>GICC_BPR.</summary>
    public int BinaryPoint { get; private set; }

    /// <summary>GICC_ABPR, at least 1.</summary>
    public int AliasedBinaryPoint { get; private set; } = 1;

    public int RunningPriority { get; private set; } = IdlePriority;

    public GicActivePriorities ActiveGroup0 { get; } = new();

    public GicActivePriorities ActiveGroup1 { get; } = new();

    /// <summary>The groups that the interface takes.</summary>
    public GicGroups EnabledGroups => (GicGroups)(Control & (EnableGroup0 | EnableGroup1));

    public void Connect(in CpuInterruptInputs inputs, IInterruptLine maintenance)
    {
        _irqLine = inputs.Irq;
        _fiqLine = inputs.Fiq;
        Virtual?.Connect(inputs.VirtualIrq, inputs.VirtualFiq, maintenance);
        DriveOutputs();
    }

    public void SetControl(uint value)
    {
        Control = value;
        _gic.GroupsChanged();
        UpdateOutputs();
    }

    public void SetPriorityMask(int value)
    {
        PriorityMask = value;
        UpdateOutputs();
    }

    public void SetBinaryPoint(int value)
    {
        BinaryPoint = value & 7;
        UpdateOutputs();
    }

    public void SetAliasedBinaryPoint(int value)
    {
        AliasedBinaryPoint = Math.Max(value & 7, 1);
        UpdateOutputs();
    }

    /// <summary>Software has written active priorities.</summary>
    public void ActivePrioritiesWritten()
    {
        RunningPriority = FindRunningPriority();
        UpdateOutputs();
    }

    /// <summary>The CPU that sent the SGI which is acknowledged next.</summary>
    public int SourceOf(int id) => id < GicIntId.FirstPpi && _sgiSources[id] != 0 ? BitOperations.TrailingZeroCount(_sgiSources[id]) : 0;

    /// <summary>The pending senders of an SGI, a bit for each CPU (GICD_SPENDSGIR).</summary>
    public byte SgiSources(int id) => _sgiSources[id];

    /// <summary>An SGI becomes pending for each of a set of senders.</summary>
    public void AddSgiSources(int id, byte sources)
    {
        _sgiSources[id] |= sources;
        if (_sgiSources[id] != 0)
        {
            Bank.SetPending(1u << id);
        }
    }

    /// <summary>An SGI is no longer pending for a set of senders.</summary>
    public void RemoveSgiSources(int id, byte sources)
    {
        _sgiSources[id] &= (byte)~sources;
        if (_sgiSources[id] == 0)
        {
            Bank.WriteClearPending(1u << id, full: true);
        }
    }

    /// <summary>Masking and preemption of the most urgent interrupt.</summary>
    public bool CanSignalBest()
    {
        uint key = Selector.Best;
        if (key == GicPendingSelector.None || GicPendingSelector.PriorityOf(key) >= PriorityMask)
        {
            return false;
        }

        int mask = GroupPriorityMask(GicPendingSelector.GroupOf(key));
        return RunningPriority == IdlePriority || (GicPendingSelector.PriorityOf(key) & mask) < (RunningPriority & mask);
    }

    /// <summary>Acknowledges the most urgent interrupt.</summary>
    /// <returns>What GICC_IAR shows: the INTID, and of an SGI the sender.</returns>
    public uint AcknowledgeBest()
    {
        uint key = Selector.Best;
        int id = GicPendingSelector.IntIdOf(key);
        GicGroups group = GicPendingSelector.GroupOf(key);
        (group == GicGroups.Group0 ? ActiveGroup0 : ActiveGroup1).Activate((GicPendingSelector.PriorityOf(key) & GroupPriorityMask(group)) >> (8 - PreemptionBits));
        RunningPriority = FindRunningPriority();
        int source = SourceOf(id);
        BankOf(id).Acknowledge(id % 32);
        if (id < GicIntId.FirstPpi)
        {
            // Another CPU may have sent the same.
            _sgiSources[id] &= (byte)~(1 << source);
            AddSgiSources(id, 0);
        }

        UpdateOutputs();
        return (uint)(id | (source << 10));
    }

    /// <summary>Priority drop of a group.</summary>
    public void DropPriority(GicGroups group)
    {
        (group == GicGroups.Group0 ? ActiveGroup0 : ActiveGroup1).DropHighest();
        RunningPriority = FindRunningPriority();
        UpdateOutputs();
    }

    /// <summary>The bank with an interrupt; one without any where there is none.</summary>
    public GicInterruptBank BankOf(int id) => id < GicIntId.FirstSpi ? Bank : _gic.Distributor.Bank(id / 32);

    public void Reset()
    {
        Array.Clear(_sgiSources);
        ActiveGroup0.Words.Clear();
        ActiveGroup1.Words.Clear();
        (Control, PriorityMask, BinaryPoint, AliasedBinaryPoint, RunningPriority) = (0, 0, 0, 1, IdlePriority);
        Bank.Reset();
        EnableSgis();
        Virtual?.Reset();
        UpdateOutputs();
    }

    public void Save(SnapshotWriter writer)
    {
        Bank.Save(writer);
        writer.Write((ReadOnlySpan<byte>)_sgiSources);
        writer.Write(ActiveGroup0.Words);
        writer.Write(ActiveGroup1.Words);
        writer.Write([Control, (uint)PriorityMask, (uint)BinaryPoint, (uint)AliasedBinaryPoint]);
        Virtual?.Save(writer);
    }

    public void Load(SnapshotReader reader)
    {
        Bank.Load(reader);
        reader.ReadBytes(_sgiSources);
        reader.ReadUInt32s(ActiveGroup0.Words);
        reader.ReadUInt32s(ActiveGroup1.Words);
        Span<uint> words = stackalloc uint[4];
        reader.ReadUInt32s(words);
        (Control, PriorityMask, BinaryPoint, AliasedBinaryPoint) = (words[0], (int)words[1] & 0xff, (int)words[2] & 7, Math.Max((int)words[3] & 7, 1));
        RunningPriority = FindRunningPriority();
        Virtual?.Load(reader);
    }

    /// <summary>SGIs are always enabled, as on Arm's own controllers.</summary>
    public void EnableSgis() => Bank.WriteSetEnabled(Sgis, full: true);

    public void UpdateOutputs()
    {
        bool signals = CanSignalBest();
        bool fiq = signals && (Control & FiqEnable) != 0 && GicPendingSelector.GroupOf(Selector.Best) == GicGroups.Group0;
        Drive(ref _irq, signals && !fiq, _irqLine);
        Drive(ref _fiq, fiq, _fiqLine);
    }

    /// <summary>Drives the lines whatever they were, after everything may have changed.</summary>
    public void DriveOutputs()
    {
        UpdateOutputs();
        _irqLine?.Set(_irq);
        _fiqLine?.Set(_fiq);
        Virtual?.DriveOutputs();
    }

    void IGicBankObserver.BankChanged(GicInterruptBank bank) => _gic.PrivateChanged(this);

    private static void Drive(ref bool level, bool next, IInterruptLine? line)
    {
        if (level != next)
        {
            level = next;
            line?.Set(next);
        }
    }

    private int GroupPriorityMask(GicGroups group)
    {
        int binaryPoint = group == GicGroups.Group0 || (Control & CommonBinaryPoint) != 0 ? BinaryPoint : AliasedBinaryPoint - 1;
        return 0xff & (-1 << (binaryPoint + 1));
    }

    private int FindRunningPriority()
    {
        int level = Math.Min(ActiveGroup0.Highest, ActiveGroup1.Highest);
        return level == int.MaxValue ? IdlePriority : level << (8 - PreemptionBits);
    }

    private void DeactivatePhysical(int id) => BankOf(id).Deactivate(id % 32);
}
