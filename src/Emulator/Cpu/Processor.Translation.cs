using Emulator.Cpu.Features;
using Emulator.Cpu.Interpreter;
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
        var invalidation = new TlbInvalidation(scope, regime, IsSecureBelowEl3, address, (ushort)(value >> 48));
        if (broadcast)
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
    /// <returns>False when an exception was taken.</returns>
    internal bool TranslateAddress(ulong address, int regime, bool privileged, AccessKind kind)
    {
        if (!RegimeExists(regime))
        {
            TakeUndefined();
            return false;
        }

        const ulong ReadAsOne = 1UL << 11;
        ref ulong result = ref Register(SystemRegisterSlot.ParEl1);
        if (Translate(regime, privileged, address, kind, out Translation translation))
        {
            result = (translation.PhysicalAddress & 0x0000_ffff_ffff_f000) | ReadAsOne | (translation.Secure ? 0 : 1UL << 9)
                | (translation.Shareability << 7) | ((ulong)translation.Attributes << 56);
            return true;
        }

        if (IsExternalOnWalk(translation.Fault))
        {
            TakeMaintenanceAbort(address, translation);
            return false;
        }

        result = PhysicalAddressFailed | ((ulong)translation.Fault << 1) | ReadAsOne;
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
        if (TryZeroDirectly(address, length))
        {
            return true;
        }

        if (!TranslateData(address, AccessKind.Write, unprivileged: false, out Translation translation))
        {
            return false;
        }

        // Device memory takes no DC ZVA: an Alignment fault (Arm ARM D4.4.9).
        if ((translation.Attributes & 0xf0) == 0)
        {
            translation.Fault = FaultStatus.Alignment;
            TakeDataAbort(address, AccessKind.Write, translation);
            return false;
        }

        for (ulong offset = 0; offset < length; offset += sizeof(ulong))
        {
            if (!StoreInPage(address + offset, 0, sizeof(ulong), unprivileged: false))
            {
                return false;
            }

            if (offset == 0 && TryZeroDirectly(address, length))
            {
                return true;
            }
        }

        return true;
    }

    /// <summary>Reads an instruction word, for diagnostics: nothing of the guest's changes.</summary>
    /// <param name="level">The exception level that would execute it.</param>
    /// <param name="address">Virtual address.</param>
    /// <param name="word">The word.</param>
    /// <returns>False when it cannot be fetched.</returns>
    internal bool TryReadInstruction(int level, ulong address, out uint word)
    {
        word = 0;
        if ((address & 3) != 0 || !Translate(Math.Max(level, 1), level != 0, address, AccessKind.Execute, out Translation translation)
            || !Bus.TryGetPage(translation.PhysicalAddress & ~(ulong)PageMask, translation.Secure, out GuestRam memory, out ulong offset, out _))
        {
            return false;
        }

        word = *(uint*)(memory.Pointer + offset + (address & PageMask));
        return true;
    }

    // What the data TLB lets stores pass by is Normal memory, unless stage 1 is off.
    private bool TryZeroDirectly(ulong address, ulong length)
    {
        if (!IsMmuOn(Math.Max(State->ExceptionLevel, 1))
            || !GuestMemoryAccess.TryGetWritePointer(State, address, sizeof(ulong), State->TlbContext, out byte* pointer))
        {
            return false;
        }

        new Span<byte>(pointer, (int)length).Clear();
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
        TranslationRegime controls = RegimeOf(regime);
        if (IsMmuOn(regime))
        {
            return TableWalker.Walk(Bus, controls, address, kind, privileged, out translation);
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
            Attributes = isNormal ? (byte)0xff : (byte)0,
            Shareability = isNormal ? 0UL : 2,
            Fault = FaultStatus.AddressSize,
        };
        return physical >> controls.PhysicalAddressBits == 0;
    }

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
            HasGuardedPages = Model.Has(CpuFeature.Bti),
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
        return new TranslationContext((byte)regime, secure, level != 0, mmuEnabled, asid, Vmid: 0);
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
