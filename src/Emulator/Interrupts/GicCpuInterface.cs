using System.Runtime.CompilerServices;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// The GIC's interface to one CPU: the ICC_* registers, priority masking and preemption, and the CPU's IRQ and FIQ. This part decides what
/// is signalled and what acknowledging it does; the registers' access rules, and what a hypervisor sees and gives, stand in the other parts of the class.
/// </summary>
public sealed partial class GicCpuInterface : ISystemRegisterBank, ISnapshotState
{
    private const int IdlePriority = 0xff;

    // Indices of banked registers.
    private const int SecureBank = 0;
    private const int NonSecureBank = 1;

    private static readonly UnconnectedCpu s_unconnected = new();

    private readonly GicV3 _gic;
    private readonly GicDistributor _distributor;
    private readonly GicRedistributor _redistributor;
    private readonly GicPendingSelector _selector;
    private readonly string _name;
    private readonly int _index;
    private readonly bool _hasEl3;
    private readonly int _priorityBits;
    private readonly int _preemptionBits;
    private readonly GicActivePriorities _activeGroup0 = new();
    private readonly GicActivePriorities _activeSecure1 = new();
    private readonly GicActivePriorities _activeNonSecure1 = new();
    private readonly uint[] _control = new uint[2];
    private readonly int[] _binaryPoint1 = new int[2];
    private int _binaryPoint0;
    private int _priorityMask;
    private int _runningPriority = IdlePriority;
    private bool _eoiModeEl3;
    private ICpuState _cpu = s_unconnected;
    private IInterruptLine _irqLine = s_unconnected;
    private IInterruptLine _fiqLine = s_unconnected;
    private bool _irq;
    private bool _fiq;

    internal GicCpuInterface(GicV3 gic, GicV3Options options, int index)
    {
        _gic = gic;
        _distributor = gic.Distributor;
        _redistributor = gic.Redistributor(index);
        _selector = _redistributor.Selector;
        _name = $"{options.Name}-interface{index}";
        _index = index;
        _hasEl3 = options.TwoSecurityStates;
        _priorityBits = options.PriorityBits;
        _preemptionBits = Math.Min(options.PriorityBits, 7);
        _virtual = options.HasVirtualInterface ? new GicVirtualInterface(DeactivatePhysical) : null;
    }

    /// <summary>The groups that ICC_IGRPEN0_EL1 and ICC_IGRPEN1_EL1 enable.</summary>
    internal GicGroups EnabledGroups { get; private set; }

    // ICC_BPR0_EL1 and the Secure ICC_BPR1_EL1 split off at least the bits that cannot preempt; the Non-secure copy is one more.
    private int MinimumBinaryPoint => 7 - _preemptionBits;

    private int ActivePriorityRegisters => 1 << (_preemptionBits - 5);

    /// <summary>Connects the interface to its CPU, once, while the machine is built.</summary>
    /// <param name="cpu">Tells the CPU's present state.</param>
    /// <param name="irq">The CPU's IRQ.</param>
    /// <param name="fiq">The CPU's FIQ.</param>
    public void Connect(ICpuState cpu, IInterruptLine irq, IInterruptLine fiq)
    {
        ArgumentNullException.ThrowIfNull(cpu);
        ArgumentNullException.ThrowIfNull(irq);
        ArgumentNullException.ThrowIfNull(fiq);
        _cpu = cpu;
        _irqLine = irq;
        _fiqLine = fiq;
        DriveOutputs();
    }

    /// <summary>
    /// The CPU's exception level or security state has changed: the interrupt that is signalled may now be an IRQ instead of a FIQ or the other way
    /// round. Costs next to nothing while none is pending.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CpuStateChanged()
    {
        if (_selector.Best != GicPendingSelector.None)
        {
            UpdateOutputs();
        }
    }

    /// <summary>Resets the interface; a CPU that is switched on comes up with it so.</summary>
    public void Reset()
    {
        _activeGroup0.Words.Clear();
        _activeSecure1.Words.Clear();
        _activeNonSecure1.Words.Clear();
        Array.Clear(_control);
        _eoiModeEl3 = false;
        _binaryPoint0 = MinimumBinaryPoint;
        _binaryPoint1[SecureBank] = MinimumBinaryPoint;
        _binaryPoint1[NonSecureBank] = MinimumBinaryPoint + 1;
        _priorityMask = 0;
        EnabledGroups = GicGroups.None;
        _runningPriority = IdlePriority;
        _virtual?.Reset();
        _gic.GroupsChanged();
        UpdateOutputs();
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(_name, 1);
        writer.Write(_activeGroup0.Words);
        writer.Write(_activeSecure1.Words);
        writer.Write(_activeNonSecure1.Words);
        writer.Write(_control);
        writer.Write(_eoiModeEl3);
        writer.Write(_binaryPoint0);
        writer.Write(_binaryPoint1[SecureBank]);
        writer.Write(_binaryPoint1[NonSecureBank]);
        writer.Write(_priorityMask);
        writer.Write((int)EnabledGroups);
        _virtual?.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(_name, 1);
        reader.ReadUInt32s(_activeGroup0.Words);
        reader.ReadUInt32s(_activeSecure1.Words);
        reader.ReadUInt32s(_activeNonSecure1.Words);
        reader.ReadUInt32s(_control);
        _control[SecureBank] &= CommonBinaryPoint | EoiMode;
        _control[NonSecureBank] &= CommonBinaryPoint | EoiMode;
        _eoiModeEl3 = reader.ReadBoolean();
        _binaryPoint0 = AtLeast(reader.ReadInt32(), MinimumBinaryPoint);
        _binaryPoint1[SecureBank] = AtLeast(reader.ReadInt32(), MinimumBinaryPoint);
        _binaryPoint1[NonSecureBank] = AtLeast(reader.ReadInt32(), MinimumBinaryPoint + 1);
        _priorityMask = reader.ReadInt32() & 0xff;
        EnabledGroups = (GicGroups)reader.ReadInt32() & GicGroups.All;
        _runningPriority = FindRunningPriority();
        _virtual?.Load(reader);
        _gic.PartLoaded();
    }

    /// <summary>Decides again whether IRQ or FIQ is asserted. The lines hear of it only when it differs.</summary>
    internal void UpdateOutputs()
    {
        bool irq = false;
        bool fiq = false;
        uint best = _selector.Best;
        if (CanSignal(best))
        {
            fiq = IsFiq(GicPendingSelector.GroupOf(best));
            irq = !fiq;
        }

        if (irq != _irq)
        {
            _irq = irq;
            _irqLine.Set(irq);
        }

        if (fiq != _fiq)
        {
            _fiq = fiq;
            _fiqLine.Set(fiq);
        }
    }

    /// <summary>Drives both lines whatever they were, after everything may have changed.</summary>
    internal void DriveOutputs()
    {
        UpdateOutputs();
        _irqLine.Set(_irq);
        _fiqLine.Set(_fiq);
        _virtual?.DriveOutputs();
    }

    private static int AtLeast(int binaryPoint, int minimum) => Math.Max(binaryPoint & 7, minimum);

    // GICv3 architecture, "Interrupt assignment to IRQ and FIQ signals": Group 0 is always a FIQ; Group 1 is an IRQ in its own security state,
    // and a FIQ in the other one and at EL3. With one security state Group 1 is always an IRQ.
    private bool IsFiq(GicGroups group) => group switch
    {
        GicGroups.Group0 => true,
        GicGroups.SecureGroup1 => !_cpu.IsSecure || _cpu.ExceptionLevel == 3,
        _ => !_distributor.SecurityDisabled && (_cpu.IsSecure || _cpu.ExceptionLevel == 3),
    };

    // Priority masking, then preemption: the group priority must be more urgent than what runs.
    private bool CanSignal(uint key)
    {
        if (key == GicPendingSelector.None)
        {
            return false;
        }

        int priority = GicPendingSelector.PriorityOf(key);
        if (priority >= _priorityMask)
        {
            return false;
        }

        if (_runningPriority == IdlePriority)
        {
            return true;
        }

        int mask = GroupPriorityMask(GicPendingSelector.GroupOf(key));
        return (priority & mask) < (_runningPriority & mask);
    }

    // The bits of a priority that count for preemption (GICv3 architecture, "Priority grouping"). For Non-secure Group 1 the
    // binary point counts from one bit further up.
    private int GroupPriorityMask(GicGroups group)
    {
        int bank = group == GicGroups.NonSecureGroup1 ? NonSecureBank : SecureBank;
        int binaryPoint = group == GicGroups.Group0 || (_control[bank] & CommonBinaryPoint) != 0
            ? _binaryPoint0
            : _binaryPoint1[bank] - bank;
        return 0xff & (-1 << (binaryPoint + 1));
    }

    private GicActivePriorities ActivePrioritiesOf(GicGroups group) => group switch
    {
        GicGroups.Group0 => _activeGroup0,
        GicGroups.SecureGroup1 => _activeSecure1,
        _ => _activeNonSecure1,
    };

    private int FindRunningPriority()
    {
        int level = Math.Min(_activeGroup0.Highest, Math.Min(_activeSecure1.Highest, _activeNonSecure1.Highest));
        return level == int.MaxValue ? IdlePriority : level << (8 - _preemptionBits);
    }

    private int AcknowledgeBest()
    {
        uint key = _selector.Best;
        int id = GicPendingSelector.IntIdOf(key);
        GicGroups group = GicPendingSelector.GroupOf(key);
        int priority = GicPendingSelector.PriorityOf(key) & GroupPriorityMask(group);
        ActivePrioritiesOf(group).Activate(priority >> (8 - _preemptionBits));
        _runningPriority = FindRunningPriority();
        if (id >= GicLpis.First)
        {
            _ = _redistributor.Lpis!.ClearPending(id);
            _redistributor.LpisChanged();
        }
        else
        {
            BankOf(id).Acknowledge(id % 32);
        }

        _gic.AcknowledgedInterrupts++;
        UpdateOutputs();
        return id;
    }

    private GicInterruptBank BankOf(int id) => id < GicIntId.FirstSpi ? _redistributor.Bank : _distributor.Bank(id / 32);

    private bool Exists(int id) => id / 32 < _distributor.BankCount;

    private bool IsLpi(int id) => id >= GicLpis.First && id < 1 << GicLpis.IntIdBits && _redistributor.Lpis is not null;

    // The group of the most urgent active priority, which a priority drop is for.
    private GicGroups HighestActiveGroup()
    {
        int group0 = _activeGroup0.Highest;
        int secure1 = _activeSecure1.Highest;
        int nonSecure1 = _activeNonSecure1.Highest;
        int highest = Math.Min(group0, Math.Min(secure1, nonSecure1));
        if (highest == int.MaxValue)
        {
            return GicGroups.None;
        }

        return highest == group0 ? GicGroups.Group0 : highest == secure1 ? GicGroups.SecureGroup1 : GicGroups.NonSecureGroup1;
    }

    // Stands in until Connect: holds no state.
    private sealed class UnconnectedCpu : ICpuState, IInterruptLine
    {
        public int ExceptionLevel => 1;

        public bool IsSecure => false;

        public void Set(bool level)
        {
        }
    }
}
