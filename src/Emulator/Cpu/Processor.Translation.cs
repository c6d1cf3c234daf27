using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Cpu;

/// <summary>Address translation: which regime is in force, what of it is cached, TLB maintenance and the AT instructions.</summary>
internal sealed unsafe partial class Processor
{
    private const ulong PhysicalAddressFailed = 1;
    private const int Levels = 4;

    // Tags of the translation contexts of EL0 to EL3 in the present state of the system registers; zero bits of the mask are not known.
    private readonly ulong[] _contextTags = new ulong[Levels];
    private int _knownContexts;
    private int _tlbGeneration;

    /// <summary>Translates an address in the regime in force.</summary>
    /// <param name="address">Virtual address.</param>
    /// <param name="kind">What for.</param>
    /// <param name="unprivileged">True to check permissions as for EL0.</param>
    /// <param name="translation">Where it leads, or its fault.</param>
    /// <returns>False for a fault; no exception is taken.</returns>
    public bool Translate(ulong address, AccessKind kind, bool unprivileged, out Translation translation)
    {
        int level = State->ExceptionLevel;
        bool privileged = level != 0 && !(unprivileged && level == 1);
        bool done = Translate(Math.Max(level, 1), privileged, address, kind, out translation);
        if (done)
        {
            Tlb.NoteBlock(address, translation.BlockShift);
        }

        return done;
    }

    /// <summary>Performs broadcast or local TLB maintenance on this CPU.</summary>
    public void Invalidate(in TlbInvalidation invalidation)
    {
        switch (invalidation.Scope)
        {
            case TlbScope.Page:
                Tlb.FlushPage(invalidation.Address);
                break;
            default:
                Tlb.FlushContexts(invalidation);
                break;
        }
    }

    /// <summary>Executes a TLBI instruction.</summary>
    /// <returns>False when an exception was taken.</returns>
    internal bool InvalidateTlb(TlbScope scope, int regime, ulong value, bool broadcast)
    {
        if (!RegimeExists(regime))
        {
            TakeUndefined();
            return false;
        }

        // The operand holds the address without its page offset in bits 43 to 0, the ASID in bits 63 to 48 (Arm ARM C5.5).
        ulong address = (ulong)((long)(value << 20) >> 8);
        var invalidation = new TlbInvalidation(scope, regime, IsSecureBelowEl3, address, (ushort)(value >> 48), regime == 1 ? CurrentVmid : (ushort)0);
        bool isForced = State->ExceptionLevel == 1 && (EffectiveHcr & HypervisorConfiguration.ForceBroadcast) != 0;
        if (broadcast || isForced)
        {
            Group.Invalidate(invalidation);
        }
        else
        {
            Invalidate(invalidation);
        }

        return true;
    }

    /// <summary>Executes an AT instruction: the result, or the fault, goes to PAR_EL1 (Arm ARM D13.2.109).</summary>
    /// <param name="address">Virtual address.</param>
    /// <param name="regime">The level that owns the regime.</param>
    /// <param name="privileged">False to check permissions as for EL0.</param>
    /// <param name="kind">What for.</param>
    /// <param name="throughStage2">True for the AT S12 instructions; the others end at the intermediate address.</param>
    /// <returns>False when an exception was taken.</returns>
    internal bool TranslateAddress(ulong address, int regime, bool privileged, AccessKind kind, bool throughStage2)
    {
        if (!RegimeExists(regime))
        {
            TakeUndefined();
            return false;
        }

        const ulong ReadAsOne = 1UL << 11;
        const ulong StageTwo = 1UL << 9;
        const ulong TableWalk = 1UL << 8;
        ref ulong result = ref Register(SystemRegisterSlot.ParEl1);
        Stage2Regime stage2 = Stage2Of(regime, AccessKind.Read);
        bool done = TranslateStage1(regime, stage2, privileged, address, kind, out Translation translation)
            && (!throughStage2 || !stage2.IsOn || Stage2Walker.Apply(Bus, stage2, kind, ref translation));
        if (done)
        {
            result = (translation.PhysicalAddress & 0x0000_ffff_ffff_f000) | ReadAsOne | (translation.Secure ? 0 : 1UL << 9)
                | (translation.Shareability << 7) | ((ulong)translation.Attributes << 56);
            return true;
        }

        // A fault of EL1's own tables at stage 2 is EL2's business.
        if (IsExternalOnWalk(translation.Fault) || (translation.IsStage2 && State->ExceptionLevel == 1))
        {
            TakeMaintenanceAbort(address, translation);
            return false;
        }

        result = PhysicalAddressFailed | ((ulong)translation.Fault << 1) | ReadAsOne
            | (translation.IsStage2 ? StageTwo : 0) | (translation.IsTableWalk ? TableWalk : 0);
        return true;
    }

    /// <summary>Executes cache maintenance by address, which does nothing but check the address.</summary>
    /// <param name="address">Virtual address.</param>
    /// <param name="invalidates">True for DC IVAC, which needs write permission.</param>
    /// <returns>False when an exception was taken.</returns>
    internal bool MaintainCache(ulong address, bool invalidates)
    {
        // Arm ARM D4.4.8: translation faults are reported. EL0 needs read permission; of EL1, only IVAC needs one.
        int level = State->ExceptionLevel;
        AccessKind kind = invalidates ? AccessKind.Write : AccessKind.Read;
        if (Translate(Math.Max(level, 1), level != 0, address, kind, out Translation translation))
        {
            return true;
        }

        TakeMaintenanceAbort(address, translation);
        return false;
    }

    /// <summary>Executes DC ZVA.</summary>
    /// <returns>False when an exception was taken, or the access is parked.</returns>
    internal bool ZeroBlock(ulong address)
    {
        ulong length = 4UL << Model.ZeroBlock;
        address &= ~(length - 1);
        if (!TranslateData(address, AccessKind.Write, unprivileged: false, out Translation translation))
        {
            return false;
        }

        // Device memory takes no DC ZVA: an Alignment fault (Arm ARM D4.4.9).
        if (MemoryAttributes.IsDevice(translation.Attributes))
        {
            translation.Fault = FaultStatus.Alignment;
            translation.IsStage2 = translation.IsDeviceByStage2;
            TakeDataAbort(address, AccessKind.Write, translation);
            return false;
        }

        for (ulong offset = 0; offset < length; offset += sizeof(ulong))
        {
            if (!StoreInPage(address + offset, 0, sizeof(ulong), unprivileged: false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>An address as the PC holds it: a tag in the top byte, where one is allowed, does not get there (Arm ARM D4.1.1).</summary>
    internal ulong CanonicalCodeAddress(ulong address)
    {
        int regime = Math.Max(State->ExceptionLevel, 1);
        bool high = regime == 1 && ((address >> 55) & 1) != 0;
        ulong control = Register(SystemRegisterSlot.TcrEl1, regime);
        bool ignores = ((control >> (regime == 1 ? (high ? 38 : 37) : 20)) & 1) != 0;
        return !ignores ? address : high ? address | (0xffUL << 56) : address & ~(0xffUL << 56);
    }

    private bool Translate(int regime, bool privileged, ulong address, AccessKind kind, out Translation translation)
    {
        Stage2Regime stage2 = Stage2Of(regime, kind);
        return TranslateStage1(regime, stage2, privileged, address, kind, out translation)
            && (!stage2.IsOn || Stage2Walker.Apply(Bus, stage2, kind, ref translation));
    }

    private bool TranslateStage1(int regime, in Stage2Regime stage2, bool privileged, ulong address, AccessKind kind, out Translation translation)
    {
        TranslationRegime controls = RegimeOf(regime);
        if (IsMmuOn(regime))
        {
            return TableWalker.Walk(Bus, controls, stage2, address, kind, privileged, out translation);
        }

        // Stage 1 off: addresses stand for themselves (Arm ARM D5.2.9). Data is Device memory, which the alignment mask takes care of,
        // so that RAM still goes through the TLB; with HCR_EL2.DC it is Normal.
        bool isNormal = regime == 1 && (EffectiveHcr & HypervisorConfiguration.DefaultCacheability) != 0;
        bool high = controls.HasTwoRanges && ((address >> 55) & 1) != 0;
        ulong physical = controls.IgnoresTopByte(high) ? address & ~(0xffUL << 56) : address;
        translation = new Translation
        {
            PhysicalAddress = physical,
            Secure = controls.Secure,
            CanRead = true,
            CanWrite = true,
            BlockShift = GuestRam.PageShift,
            Attributes = isNormal ? MemoryAttributes.WriteBack : (byte)0,
            Shareability = isNormal ? 0UL : 2,
            Fault = FaultStatus.AddressSize,
        };
        return physical >> controls.PhysicalAddressBits == 0;
    }

    // Only the Non-secure EL1&0 regime has a stage 2.
    private Stage2Regime Stage2Of(int regime, AccessKind kind)
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
        };
    }

    private bool IsStage2On => (EffectiveHcr & (HypervisorConfiguration.VirtualMemory | HypervisorConfiguration.DefaultCacheability)) != 0;

    // What translations of the EL1&0 regime are cached under, whether or not stage 2 is on.
    private ushort CurrentVmid => Model.HasEl2 && !IsSecureBelowEl3 ? (byte)(Register(SystemRegisterSlot.VttbrEl2) >> 48) : (ushort)0;

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

    private TranslationRegime RegimeOf(int regime)
    {
        ulong sctlr = Register(SystemRegisterSlot.SctlrEl1, regime);
        bool secure = Model.HasEl3 && (regime == 3 || (regime == 1 && IsSecureBelowEl3));
        return new TranslationRegime
        {
            Level = regime,
            Secure = secure,
            TableBase0 = Register(SystemRegisterSlot.Ttbr0El1, regime),
            TableBase1 = regime == 1 ? Register(SystemRegisterSlot.Ttbr1El1) : 0,
            Control = Register(SystemRegisterSlot.TcrEl1, regime),
            Attributes = Register(SystemRegisterSlot.MairEl1, regime),
            WriteImpliesExecuteNever = (sctlr & SystemControl.WriteImpliesExecuteNever) != 0,
            BigEndian = (sctlr & SystemControl.BigEndian) != 0,
            ForbidsNonSecureFetch = secure && (Register(SystemRegisterSlot.ScrEl3) & SecureConfiguration.SecureInstructionFetch) != 0,
            PhysicalAddressBits = Model.PhysicalAddressBits,
            HasGranule16K = Model.HasGranule16K,
        };
    }

    // The system registers that a context depends on have changed.
    private void ForgetContexts() => _knownContexts = 0;

    // Recomputes what the engine looks at instead of the system registers. After every change of level, and of a register that is behind any of it.
    private void UpdateContext()
    {
        CpuState* state = State;
        int level = state->ExceptionLevel;
        int regime = Math.Max(level, 1);
        ulong sctlr = Register(SystemRegisterSlot.SctlrEl1, regime);
        state->TlbContext = ContextTag(level);
        state->UnprivilegedTlbContext = level == 1 ? ContextTag(0) : state->TlbContext;
        if (_tlbGeneration != Tlb.Generation)
        {
            // There were too many contexts and the TLB has numbered anew.
            _tlbGeneration = Tlb.Generation;
            ForgetContexts();
            state->TlbContext = ContextTag(level);
            state->UnprivilegedTlbContext = level == 1 ? ContextTag(0) : state->TlbContext;
        }

        bool isDevice = !IsMmuOn(regime) && !(regime == 1 && (EffectiveHcr & HypervisorConfiguration.DefaultCacheability) != 0);
        state->AlignmentMask = isDevice || (sctlr & SystemControl.AlignmentCheck) != 0 ? 15u : 0;
        state->StackAlignmentMask = (sctlr & (level == 0 ? SystemControl.StackAlignmentCheckEl0 : SystemControl.StackAlignmentCheck)) != 0 ? 15u : 0;
        state->FloatingPointTrap = FindFloatingPointTrap(level);
        UpdateDebug();
    }

    private ulong ContextTag(int level)
    {
        if ((_knownContexts & (1 << level)) == 0)
        {
            _contextTags[level] = Tlb.TagOf(ContextOf(level));
            _knownContexts |= 1 << level;
        }

        return _contextTags[level];
    }

    private TranslationContext ContextOf(int level)
    {
        int regime = Math.Max(level, 1);
        bool mmuEnabled = IsMmuOn(regime);
        ushort asid = 0;
        if (regime == 1 && mmuEnabled)
        {
            ulong control = Register(SystemRegisterSlot.TcrEl1);
            ulong holder = Register((control & (1UL << 22)) != 0 ? SystemRegisterSlot.Ttbr1El1 : SystemRegisterSlot.Ttbr0El1);
            asid = (ushort)(holder >> 48);
            asid = (control & (1UL << 36)) != 0 ? asid : (byte)asid;
        }

        bool secure = Model.HasEl3 && (regime == 3 || (regime == 1 && IsSecureBelowEl3));
        return new TranslationContext((byte)regime, secure, level != 0, mmuEnabled, asid, regime == 1 ? CurrentVmid : (ushort)0, regime == 1 && IsStage2On);
    }

    // CPACR_EL1, CPTR_EL2, CPTR_EL3, in this order (Arm ARM D1.14).
    private int FindFloatingPointTrap(int level)
    {
        ulong hcr = EffectiveHcr;
        if (level < 2 && (hcr & HypervisorConfiguration.TrapGeneralExceptions) == 0 || level == 1)
        {
            int enable = (int)(Register(SystemRegisterSlot.CpacrEl1) >> CoprocessorTraps.FpenShift) & 3;
            if (enable is 0 or 2 || (enable == 1 && level == 0))
            {
                return 1;
            }
        }

        if (level < 3 && Model.HasEl2 && !IsSecureBelowEl3 && (Register(SystemRegisterSlot.CptrEl2) & CoprocessorTraps.FloatingPoint) != 0)
        {
            return 2;
        }

        return Model.HasEl3 && (Register(SystemRegisterSlot.CptrEl3) & CoprocessorTraps.FloatingPoint) != 0 ? 3 : 0;
    }
}
