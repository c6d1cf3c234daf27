using Emulator.Cpu.Features;
using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>Which translation regime is in force, with which controls, and under which tags its translations are cached.</summary>
internal sealed unsafe partial class Processor
{
    private const int Levels = 4;
    private const int ContextsWithPan = Levels;

    // Tags of the translation contexts of EL0 to EL3, then of the same with PSTATE.PAN, in the present state of the system registers; zero bits of the mask are not known.
    private readonly ulong[] _contextTags = new ulong[2 * Levels];
    private int _knownContexts;

    // What hangs on each level; zero bits of the mask are not known.
    private readonly LevelControls[] _levelControls = new LevelControls[Levels];
    private int _knownControls;
    private int _tlbGeneration;

    /// <summary>PSTATE.PAN: data that EL0 may access faults.</summary>
    internal bool HasPan { get; private set; }

    /// <summary>PSTATE.UAO: LDTR and its kin are as LDR.</summary>
    internal bool HasUao { get; private set; }

    /// <summary>Changes PSTATE.PAN.</summary>
    internal void SetPan(bool value)
    {
        HasPan = value;
        UpdateContextTags();
    }

    /// <summary>Changes PSTATE.UAO.</summary>
    internal void SetUao(bool value)
    {
        HasUao = value;
        UpdateContextTags();
    }

    // HCR_EL2.E2H: EL2 is that of a host operating system.
    private bool IsHost => (EffectiveHcr & HypervisorConfiguration.Host) != 0;

    // HCR_EL2.E2H and TGE: EL0 belongs to the host at EL2 (ELIsInHost of EL0).
    private bool IsHostInForce =>
        (EffectiveHcr & (HypervisorConfiguration.Host | HypervisorConfiguration.TrapGeneralExceptions)) == (HypervisorConfiguration.Host | HypervisorConfiguration.TrapGeneralExceptions);

    // The level whose registers control a level: EL0 has none of its own.
    private int OwnerOf(int level) => level != 0 ? level : IsHostInForce ? 2 : 1;

    private bool HasTwoRanges(int owner) => owner == 1 || (owner == 2 && IsHost);

    // True where LDTR and STTR are checked as EL0's (Arm ARM C3.2.5).
    private bool ActsForUser(int level) => !HasUao && (level == 1 || (level == 2 && IsHostInForce));

    // EL2's regime is there for EL3 only while SCR_EL3.NS is set.
    private bool RegimeExists(int regime) => regime switch
    {
        2 => Model.HasEl2 && !IsSecureBelowEl3,
        _ => true,
    };

    private bool IsMmuOn(int regime)
    {
        bool isOn = (Register(SystemRegisterSlot.SctlrEl1, regime) & SystemControl.MmuEnable) != 0;
        return regime != 1
            ? isOn
            : isOn && (EffectiveHcr & (HypervisorConfiguration.TrapGeneralExceptions | HypervisorConfiguration.DefaultCacheability)) == 0;
    }

    private TranslationRegime RegimeOf(int regime, bool forbidsUserData, bool isInspection = false)
    {
        ulong sctlr = Register(SystemRegisterSlot.SctlrEl1, regime);
        bool secure = Model.HasEl3 && (regime == 3 || (regime == 1 && IsSecureBelowEl3));
        return new TranslationRegime
        {
            Level = regime,
            IsHost = regime == 2 && IsHost,
            Secure = secure,
            TableBase0 = Register(SystemRegisterSlot.Ttbr0El1, regime),
            TableBase1 = regime == 1 ? Register(SystemRegisterSlot.Ttbr1El1) : Register(SystemRegisterSlot.Ttbr1El2),
            Control = Register(SystemRegisterSlot.TcrEl1, regime),
            Attributes = Register(SystemRegisterSlot.MairEl1, regime),
            WriteImpliesExecuteNever = (sctlr & SystemControl.WriteImpliesExecuteNever) != 0,
            BigEndian = (sctlr & SystemControl.BigEndian) != 0,
            ForbidsNonSecureFetch = secure && (Register(SystemRegisterSlot.ScrEl3) & SecureConfiguration.SecureInstructionFetch) != 0,
            ForbidsUserData = forbidsUserData,
            IsInspection = isInspection,
            PhysicalAddressBits = Model.PhysicalAddressBits,
            HasGranule16K = Model.HasGranule16K,
            HasGuardedPages = Model.Has(CpuFeature.Bti),
            HasSmallTables = Model.Has(CpuFeature.Ttst),
        };
    }

    // Only the Non-secure EL1&0 regime has a stage 2.
    private Stage2Regime Stage2Of(int regime, AccessKind kind, bool isInspection)
    {
        if (regime != 1 || !IsStage2On)
        {
            return default;
        }

        ulong hcr = EffectiveHcr;
        return new Stage2Regime
        {
            IsOn = true,
            TableBase = Register(SystemRegisterSlot.VttbrEl2),
            Control = Register(SystemRegisterSlot.VtcrEl2),
            BigEndian = (Register(SystemRegisterSlot.SctlrEl2) & SystemControl.BigEndian) != 0,
            ProtectsTableWalks = (hcr & HypervisorConfiguration.ProtectedTableWalk) != 0,
            DisablesCache = (hcr & (kind == AccessKind.Execute ? HypervisorConfiguration.InstructionCacheDisable : HypervisorConfiguration.DataCacheDisable)) != 0,
            PhysicalAddressBits = Model.PhysicalAddressBits,
            HasGranule16K = Model.HasGranule16K,
            IsInspection = isInspection,
            HasExecuteNeverByLevel = Model.Has(CpuFeature.Xnx),
            HasSmallTables = Model.Has(CpuFeature.Ttst),
        };
    }

    private bool IsStage2On => (EffectiveHcr & (HypervisorConfiguration.VirtualMemory | HypervisorConfiguration.DefaultCacheability)) != 0;

    // What translations of the EL1&0 regime are cached under, whether or not stage 2 is on. VTCR_EL2.VS chooses 16 bits.
    private ushort CurrentVmid
    {
        get
        {
            if (!Model.HasEl2 || IsSecureBelowEl3)
            {
                return 0;
            }

            ushort vmid = (ushort)(Register(SystemRegisterSlot.VttbrEl2) >> 48);
            return (Register(SystemRegisterSlot.VtcrEl2) & (1UL << 19)) != 0 ? vmid : (byte)vmid;
        }
    }

    // The system registers that a context depends on have changed.
    private void ForgetContexts()
    {
        _knownContexts = 0;
        _knownControls = 0;
    }

    // Recomputes what the engine looks at instead of the system registers. After every change of level, and of a register that is behind any of it.
    private void UpdateContext()
    {
        CpuState* state = State;
        int level = state->ExceptionLevel;
        UpdateContextTags();
        ref LevelControls controls = ref _levelControls[level];
        if ((_knownControls & (1 << level)) == 0)
        {
            controls = FindLevelControls(level);
            _knownControls |= 1 << level;
        }

        state->AlignmentMask = controls.AlignmentMask;
        state->StackAlignmentMask = controls.StackAlignmentMask;
        state->FloatingPointTrap = controls.FloatingPointTrap;
        state->ZeroBlockLength = controls.ZeroBlockLength;
        state->ZeroBlockId = controls.ZeroBlockId;
        ForgetPointerSettings();
        ForgetCounters();
        UpdatePlainRegisters();
        if ((Register(SystemRegisterSlot.PmcntenEl0) | _countsEvery | _countsSome) != 0)
        {
            UpdatePerformance();
        }

        UpdateDebug();
    }

    private LevelControls FindLevelControls(int level)
    {
        int owner = OwnerOf(level);
        ulong sctlr = Register(SystemRegisterSlot.SctlrEl1, owner);
        bool isDevice = !IsMmuOn(owner) && !(owner == 1 && (EffectiveHcr & HypervisorConfiguration.DefaultCacheability) != 0);
        bool isTrapped = level == 1 && (EffectiveHcr & (HypervisorConfiguration.TrapVirtualMemoryReads | HypervisorConfiguration.TrapVirtualMemoryWrites)) != 0;
        return new LevelControls
        {
            AlignmentMask = isDevice || (sctlr & SystemControl.AlignmentCheck) != 0 ? 15u : 0,
            StackAlignmentMask = (sctlr & (level == 0 ? SystemControl.StackAlignmentCheckEl0 : SystemControl.StackAlignmentCheck)) != 0 ? 15u : 0,
            FloatingPointTrap = FindFloatingPointTrap(level),
            ZeroBlockId = ZeroBlockId,
            ZeroBlockLength = IsMmuOn(owner) && (ZeroBlockId & ZeroBlockProhibited) == 0 ? 4 << Model.ZeroBlock : 0,
            HasPlainRegisters = level != 0 && !(level == 2 && IsHost) && !isTrapped,
        };
    }

    private void UpdatePlainRegisters() =>
        State->HasPlainRegisters = _levelControls[State->ExceptionLevel].HasPlainRegisters && State->StackPointerSelect != 0 ? 1 : 0;

    private void UpdateContextTags()
    {
        SetContextTags();
        if (_tlbGeneration != Tlb.Generation)
        {
            // There were too many contexts and the TLB has numbered anew.
            _tlbGeneration = Tlb.Generation;
            ForgetContexts();
            SetContextTags();
        }
    }

    private void SetContextTags()
    {
        CpuState* state = State;
        int level = state->ExceptionLevel;
        state->CodeTlbContext = ContextTag(level);
        state->TlbContext = HasPan ? ContextTag(level | ContextsWithPan) : state->CodeTlbContext;
        state->UnprivilegedTlbContext = ActsForUser(level) ? ContextTag(0) : state->TlbContext;
    }

    private ulong ContextTag(int index)
    {
        if ((_knownContexts & (1 << index)) == 0)
        {
            _contextTags[index] = Tlb.TagOf(ContextOf(index & (Levels - 1), (index & ContextsWithPan) != 0));
            _knownContexts |= 1 << index;
        }

        return _contextTags[index];
    }

    private TranslationContext ContextOf(int level, bool forbidsUserData)
    {
        int owner = OwnerOf(level);
        bool mmuEnabled = IsMmuOn(owner);
        bool isEl1 = owner == 1;
        bool hasTwoRanges = HasTwoRanges(owner);
        ushort asid = 0;
        if (hasTwoRanges && mmuEnabled)
        {
            ulong control = Register(SystemRegisterSlot.TcrEl1, owner);
            bool isInUpper = (control & (1UL << 22)) != 0;
            ulong holder = isInUpper ? Register(isEl1 ? SystemRegisterSlot.Ttbr1El1 : SystemRegisterSlot.Ttbr1El2) : Register(SystemRegisterSlot.Ttbr0El1, owner);
            asid = (ushort)(holder >> 48);
            asid = (control & (1UL << 36)) != 0 ? asid : (byte)asid;
        }

        return new TranslationContext
        {
            Regime = (byte)owner,
            Secure = Model.HasEl3 && (owner == 3 || (isEl1 && IsSecureBelowEl3)),
            Privileged = level != 0,
            ForbidsUserData = forbidsUserData && level != 0 && hasTwoRanges,
            MmuEnabled = mmuEnabled,
            Stage2Enabled = isEl1 && IsStage2On,
            Asid = asid,
            Vmid = isEl1 ? CurrentVmid : (ushort)0,
        };
    }

    // CPACR_EL1, CPTR_EL2, CPTR_EL3, in this order (Arm ARM D1.14).
    private int FindFloatingPointTrap(int level)
    {
        bool isOfHost = level == 0 && IsHostInForce;
        if (level == 1 || (level == 0 && (EffectiveHcr & HypervisorConfiguration.TrapGeneralExceptions) == 0))
        {
            int enable = (int)(Register(SystemRegisterSlot.CpacrEl1) >> CoprocessorTraps.FpenShift) & 3;
            if (enable is 0 or 2 || (enable == 1 && level == 0))
            {
                return 1;
            }
        }

        if (level < 3 && Model.HasEl2 && !IsSecureBelowEl3)
        {
            ulong control = Register(SystemRegisterSlot.CptrEl2);
            int enable = (int)(control >> CoprocessorTraps.FpenShift) & 3;
            bool isTrapped = IsHost ? enable is 0 or 2 || (enable == 1 && isOfHost) : (control & CoprocessorTraps.FloatingPoint) != 0;
            if (isTrapped)
            {
                return 2;
            }
        }

        return Model.HasEl3 && (Register(SystemRegisterSlot.CptrEl3) & CoprocessorTraps.FloatingPoint) != 0 ? 3 : 0;
    }
}
