using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// The virtual interrupts that a hypervisor gives the software below it: list registers, virtual priorities, and the CPU's virtual IRQ and FIQ (GICv3 architecture, "Virtual
/// interrupt handling and prioritization"; the same in GICv2). Four list registers, five bits of priority and of preemption. How software sees it is its users' business.
/// </summary>
internal sealed class GicVirtualInterface
{
    public const int ListRegisters = 4;

    /// <summary>ICH_VTR_EL2 and GICH_VTR: list registers, and bits of priority and preemption, each less one.</summary>
    public const uint TypeFields = (4u << 29) | (4u << 26) | (ListRegisters - 1);

    // ICH_HCR_EL2
    public const uint TrapCommon = 1 << 10;
    public const uint TrapGroup0 = 1 << 11;
    public const uint TrapGroup1 = 1 << 12;
    public const uint TrapDeactivate = 1 << 14;
    private const uint Enable = 1 << 0;
    private const uint UnderflowInterrupt = 1 << 1;
    private const uint EntryNotPresentInterrupt = 1 << 2;
    private const uint NoPendingInterrupt = 1 << 3;
    private const int GroupInterruptsShift = 4;
    private const int EndCountShift = 27;

    // ICH_VMCR_EL2
    public const uint EnableGroup0 = 1 << 0;
    public const uint EnableGroup1 = 1 << 1;
    public const uint AcknowledgeControl = 1 << 2;
    public const uint FiqEnable = 1 << 3;
    public const uint CommonBinaryPoint = 1 << 4;
    public const uint EoiMode = 1 << 9;
    public const int BinaryPoint1Shift = 18;
    public const int BinaryPoint0Shift = 21;
    private const int PriorityMaskShift = 24;

    private const int PreemptionBits = 5;
    private const int MinimumBinaryPoint = 7 - PreemptionBits;
    private const int PriorityBitsMask = 0xf8;
    private const int IdlePriority = 0xff;
    private const int NoSource = -1;

    // Interrupts above are special numbers, below LPIs; LPIs have no active state.
    private const int FirstSpecial = 1020;

    private readonly Action<int> _deactivatePhysical;
    private readonly uint _controlWritable;
    private readonly uint _machineControlFixed;
    private readonly uint _machineControlWritable;
    private readonly GicListRegister[] _list = new GicListRegister[ListRegisters];
    private uint _active0;
    private uint _active1;
    private uint _control;
    private uint _machineControl;
    private IInterruptLine? _irqLine;
    private IInterruptLine? _fiqLine;
    private IInterruptLine? _maintenanceLine;
    private bool _irq;
    private bool _fiq;
    private bool _maintenance;

    /// <summary>Creates an interface that gives no interrupts.</summary>
    /// <param name="deactivatePhysical">Deactivates the physical interrupt of that number.</param>
    /// <param name="isVersion2">True for GICv2, where software may have Group 0 as IRQs, and no accesses are trapped.</param>
    public GicVirtualInterface(Action<int> deactivatePhysical, bool isVersion2 = false)
    {
        _deactivatePhysical = deactivatePhysical;
        _controlWritable = isVersion2 ? 0xf800_00ffu : 0xf800_5cff;
        _machineControlFixed = isVersion2 ? 0 : FiqEnable;
        _machineControlWritable = isVersion2 ? 0xf8fc_021fu : 0xf8fc_0213;
        Reset();
    }

    /// <summary>ICH_HCR_EL2.</summary>
    public uint Control
    {
        get => _control;
        set
        {
            _control = value & _controlWritable;
            Update();
        }
    }

    /// <summary>ICH_VMCR_EL2: what software sees in its virtual CPU interface.</summary>
    public uint MachineControl
    {
        get => _machineControl;
        set
        {
            uint kept = (value & _machineControlWritable) | _machineControlFixed;
            uint binaryPoint0 = Math.Max((kept >> BinaryPoint0Shift) & 7, MinimumBinaryPoint);
            uint binaryPoint1 = Math.Max((kept >> BinaryPoint1Shift) & 7, MinimumBinaryPoint + 1);
            _machineControl = (kept & ~((7u << BinaryPoint0Shift) | (7u << BinaryPoint1Shift))) | (binaryPoint0 << BinaryPoint0Shift) | (binaryPoint1 << BinaryPoint1Shift);
            Update();
        }
    }

    /// <summary>ICH_AP0R0_EL2.</summary>
    public uint ActiveGroup0
    {
        get => _active0;
        set
        {
            _active0 = value;
            Update();
        }
    }

    /// <summary>ICH_AP1R0_EL2.</summary>
    public uint ActiveGroup1
    {
        get => _active1;
        set
        {
            _active1 = value;
            Update();
        }
    }

    /// <summary>GICH_APR: the active priorities of both groups, which GICv2 does not keep apart.</summary>
    public uint ActiveGroups
    {
        get => _active0 | _active1;
        set
        {
            (_active0, _active1) = (0, value);
            Update();
        }
    }

    /// <summary>ICH_EISR_EL2.</summary>
    public uint EndNotifications => Set(static r => r.NotifiesEnd);

    /// <summary>ICH_ELRSR_EL2.</summary>
    public uint FreeListRegisters => Set(static r => r.IsFree);

    /// <summary>ICH_MISR_EL2: why there is a maintenance interrupt.</summary>
    public uint MaintenanceStatus
    {
        get
        {
            int valid = 0;
            bool isPending = false;
            bool ends = false;
            foreach (GicListRegister register in _list)
            {
                valid += register.IsInvalid ? 0 : 1;
                isPending |= register.IsPendingOnly;
                ends |= register.NotifiesEnd;
            }

            // The four bits for groups that are enabled and groups that are disabled stand as their enables in ICH_HCR_EL2 do.
            uint enabled = _machineControl & (EnableGroup0 | EnableGroup1);
            uint groups = (enabled & 1) | ((~enabled & 1) << 1) | ((enabled & 2) << 1) | ((~enabled & 2) << 2);
            return (ends ? 1u : 0)
                | (valid < 2 ? _control & UnderflowInterrupt : 0)
                | (_control >> EndCountShift != 0 ? _control & EntryNotPresentInterrupt : 0)
                | (isPending ? 0 : _control & NoPendingInterrupt)
                | (_control & (groups << GroupInterruptsShift));
        }
    }

    /// <summary>The virtual running priority.</summary>
    public int RunningPriority
    {
        get
        {
            uint active = _active0 | _active1;
            return active == 0 ? IdlePriority : global::System.Numerics.BitOperations.TrailingZeroCount(active) << (8 - PreemptionBits);
        }
    }

    /// <summary>The virtual priority mask.</summary>
    public int PriorityMask
    {
        get => (int)(_machineControl >> PriorityMaskShift) & PriorityBitsMask;
        set => MachineControl = (_machineControl & 0x00ff_ffff) | ((uint)(value & PriorityBitsMask) << PriorityMaskShift);
    }

    public int BinaryPoint0
    {
        get => (int)(_machineControl >> BinaryPoint0Shift) & 7;
        set => MachineControl = (_machineControl & ~(7u << BinaryPoint0Shift)) | ((uint)(value & 7) << BinaryPoint0Shift);
    }

    /// <summary>The binary point of Group 1 as software sees it: one more than that of Group 0 while they share one.</summary>
    public int BinaryPoint1
    {
        get => (_machineControl & CommonBinaryPoint) != 0 ? Math.Min(BinaryPoint0 + 1, 7) : AliasedBinaryPoint;
        set
        {
            if ((_machineControl & CommonBinaryPoint) == 0)
            {
                AliasedBinaryPoint = value;
            }
        }
    }

    /// <summary>The binary point of Group 1 as it is kept.</summary>
    public int AliasedBinaryPoint
    {
        get => (int)(_machineControl >> BinaryPoint1Shift) & 7;
        set => MachineControl = (_machineControl & ~(7u << BinaryPoint1Shift)) | ((uint)(value & 7) << BinaryPoint1Shift);
    }

    /// <summary>Connects the CPU's virtual inputs and the maintenance interrupt.</summary>
    public void Connect(IInterruptLine irq, IInterruptLine fiq, IInterruptLine maintenance)
    {
        _irqLine = irq;
        _fiqLine = fiq;
        _maintenanceLine = maintenance;
        DriveOutputs();
    }

    public ulong ReadListRegister(int index) => _list[index].Value;

    public void WriteListRegister(int index, ulong value)
    {
        _list[index] = new GicListRegister(value & GicListRegister.Writable);
        Update();
    }

    /// <summary>The most urgent pending virtual interrupt's list register, or -1 (HighestPriorityVirtualInterrupt). One of the least priority is never found.</summary>
    public int HighestPending()
    {
        int best = -1;
        int priority = IdlePriority;
        for (int i = 0; i < ListRegisters; i++)
        {
            GicListRegister register = _list[i];
            if (register.IsPendingOnly && register.Priority < priority && (_machineControl & (register.IsGroup1 ? EnableGroup1 : EnableGroup0)) != 0)
            {
                best = i;
                priority = register.Priority;
            }
        }

        return best;
    }

    /// <summary>The register of an index that <see cref="HighestPending"/> has found.</summary>
    public GicListRegister this[int index] => _list[index];

    /// <summary>Masking and preemption (CanSignalVirtualInterrupt).</summary>
    public bool CanSignal(int index)
    {
        if (index < 0 || (_control & Enable) == 0 || _list[index].Priority >= PriorityMask)
        {
            return false;
        }

        int running = RunningPriority;
        int mask = GroupPriorityMask(_list[index].IsGroup1);
        return running == IdlePriority || (_list[index].Priority & mask) < (running & mask);
    }

    /// <summary>Acknowledges an interrupt that can be signalled.</summary>
    /// <returns>Its INTID. One without meaning is handed over but does not become active.</returns>
    public int Acknowledge(int index)
    {
        GicListRegister register = _list[index];
        bool isSpecial = register.Id is >= FirstSpecial and <= GicIntId.Spurious;
        if (!isSpecial)
        {
            uint level = 1u << ((register.Priority & GroupPriorityMask(register.IsGroup1)) >> (8 - PreemptionBits));
            _ = register.IsGroup1 ? _active1 |= level : _active0 |= level;
        }

        _list[index] = isSpecial || register.Id >= GicLpis.First ? register.WithoutPending : register.Activated;
        Update();
        return register.Id;
    }

    /// <summary>Ends an interrupt: a priority drop, and a deactivation unless EOImode splits the two.</summary>
    /// <param name="id">The INTID that software writes.</param>
    /// <param name="isGroup1">The group whose register it writes; null for one that ends both.</param>
    /// <param name="source">With GICv2, the sender of an SGI.</param>
    public void EndOfInterrupt(int id, bool? isGroup1, int source = NoSource)
    {
        if (id is >= FirstSpecial and <= GicIntId.Spurious || (_active0 | _active1) == 0)
        {
            return;
        }

        int dropped = RunningPriority;
        DropPriority();
        if (id < GicLpis.First && (_machineControl & EoiMode) == 0)
        {
            int index = FindActive(id, source);
            if (index < 0)
            {
                CountEnd();
            }
            else if (_list[index].IsGroup1 == (isGroup1 ?? _list[index].IsGroup1) && (_list[index].Priority & GroupPriorityMask(_list[index].IsGroup1)) == dropped)
            {
                DeactivateListRegister(index);
            }
        }

        Update();
    }

    /// <summary>Deactivates an interrupt, if EOImode leaves that to software.</summary>
    public void Deactivate(int id, int source = NoSource)
    {
        if ((_machineControl & EoiMode) == 0 || id >= FirstSpecial)
        {
            return;
        }

        int index = FindActive(id, source);
        if (index < 0)
        {
            CountEnd();
        }
        else
        {
            DeactivateListRegister(index);
        }

        Update();
    }

    public void Reset()
    {
        Array.Clear(_list);
        _active0 = _active1 = _control = 0;
        MachineControl = 0;
    }

    public void Save(SnapshotWriter writer)
    {
        foreach (GicListRegister register in _list)
        {
            writer.Write(register.Value);
        }

        writer.Write([_active0, _active1, _control, _machineControl]);
    }

    public void Load(SnapshotReader reader)
    {
        for (int i = 0; i < ListRegisters; i++)
        {
            _list[i] = new GicListRegister(reader.ReadUInt64() & GicListRegister.Writable);
        }

        Span<uint> words = stackalloc uint[4];
        reader.ReadUInt32s(words);
        (_active0, _active1, _control) = (words[0], words[1], words[2] & _controlWritable);
        MachineControl = words[3];
    }

    /// <summary>Drives the lines whatever they were, after everything may have changed.</summary>
    public void DriveOutputs()
    {
        Update();
        _irqLine?.Set(_irq);
        _fiqLine?.Set(_fiq);
        _maintenanceLine?.Set(_maintenance);
    }

    private void Update()
    {
        int index = HighestPending();
        bool signals = CanSignal(index);
        bool isFiq = signals && !_list[index].IsGroup1 && (_machineControl & FiqEnable) != 0;
        Drive(ref _irq, signals && !isFiq, _irqLine);
        Drive(ref _fiq, isFiq, _fiqLine);
        Drive(ref _maintenance, (_control & Enable) != 0 && MaintenanceStatus != 0, _maintenanceLine);
    }

    private static void Drive(ref bool level, bool next, IInterruptLine? line)
    {
        if (level != next)
        {
            level = next;
            line?.Set(next);
        }
    }

    // For Group 1 the binary point counts from one bit further up, unless it is that of Group 0.
    private int GroupPriorityMask(bool isGroup1)
    {
        bool own = isGroup1 && (_machineControl & CommonBinaryPoint) == 0;
        return 0xff & (-1 << ((own ? BinaryPoint1 - 1 : BinaryPoint0) + 1));
    }

    private void DropPriority()
    {
        uint lowest0 = _active0 & (~_active0 + 1);
        uint lowest1 = _active1 & (~_active1 + 1);
        if (lowest0 != 0 && (lowest1 == 0 || lowest0 <= lowest1))
        {
            _active0 ^= lowest0;
        }
        else
        {
            _active1 ^= lowest1;
        }
    }

    private int FindActive(int id, int source)
    {
        for (int i = 0; i < ListRegisters; i++)
        {
            bool hasSource = source != NoSource && id < GicIntId.FirstPpi && !_list[i].IsHardware;
            if (_list[i].IsActive && _list[i].Id == id && (!hasSource || (_list[i].PhysicalId & 7) == source))
            {
                return i;
            }
        }

        return -1;
    }

    // ICH_HCR_EL2.EOIcount wraps.
    private void CountEnd() => _control = (_control & ((1u << EndCountShift) - 1)) | (((_control >> EndCountShift) + 1) << EndCountShift);

    private void DeactivateListRegister(int index)
    {
        GicListRegister register = _list[index];
        _list[index] = register.WithoutActive;
        if (register.IsHardware && register.PhysicalId < FirstSpecial)
        {
            _deactivatePhysical(register.PhysicalId);
        }
    }

    private uint Set(Func<GicListRegister, bool> predicate)
    {
        uint set = 0;
        for (int i = 0; i < ListRegisters; i++)
        {
            set |= predicate(_list[i]) ? 1u << i : 0;
        }

        return set;
    }
}
