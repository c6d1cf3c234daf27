using Emulator.Cpu.Features;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Cpu;

/// <summary>Address translation: both stages, TLB maintenance and the AT instructions.</summary>
internal sealed unsafe partial class Processor
{
    private const ulong PhysicalAddressFailed = 1;

    /// <summary>Translates an address in the regime in force.</summary>
    /// <param name="address">Virtual address.</param>
    /// <param name="kind">What for.</param>
    /// <param name="unprivileged">True to check permissions as for EL0.</param>
    /// <param name="translation">Where it leads, or its fault.</param>
    /// <returns>False for a fault; no exception is taken.</returns>
    public bool Translate(ulong address, AccessKind kind, bool unprivileged, out Translation translation)
    {
        int level = State->ExceptionLevel;
        bool privileged = level != 0 && !(unprivileged && ActsForUser(level));
        TranslationRegime regime = RegimeOf(OwnerOf(level), forbidsUserData: HasPan && kind != AccessKind.Execute);
        bool done = Translate(regime, privileged, address, kind, out translation);
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
                ForgetContexts();
                UpdateContextTags();
                break;
        }
    }

    /// <summary>Executes a TLBI instruction.</summary>
    /// <param name="scope">What it names.</param>
    /// <param name="regime">The level that owns the regime.</param>
    /// <param name="value">The operand.</param>
    /// <param name="broadcast">True for the Inner Shareable domain.</param>
    /// <param name="isOfEl1">True for the instructions of EL1, which a host at EL2 uses for its own regime.</param>
    /// <returns>False when an exception was taken.</returns>
    internal bool InvalidateTlb(TlbScope scope, int regime, ulong value, bool broadcast, bool isOfEl1)
    {
        regime = isOfEl1 && IsHostInForce ? 2 : regime;
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
    /// <param name="forbidsUserData">True to check PSTATE.PAN.</param>
    /// <returns>False when an exception was taken.</returns>
    internal bool TranslateAddress(ulong address, int regime, bool privileged, AccessKind kind, bool throughStage2, bool forbidsUserData)
    {
        regime = regime == 1 && !throughStage2 && IsHostInForce ? 2 : regime;
        if (!RegimeExists(regime))
        {
            TakeUndefined();
            return false;
        }

        const ulong ReadAsOne = 1UL << 11;
        const ulong StageTwo = 1UL << 9;
        const ulong TableWalk = 1UL << 8;
        ref ulong result = ref Register(SystemRegisterSlot.ParEl1);
        Stage2Regime stage2 = Stage2Of(regime, AccessKind.Read, isInspection: true);
        TranslationRegime controls = RegimeOf(regime, forbidsUserData, isInspection: true);
        bool done = TranslateStage1(controls, stage2, privileged, address, kind, out Translation translation)
            && (!throughStage2 || !stage2.IsOn || Stage2Walker.Apply(Bus, stage2, kind, privileged, ref translation));
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
        TranslationRegime regime = RegimeOf(OwnerOf(level), forbidsUserData: false, isInspection: true);
        if (Translate(regime, level != 0, address, kind, out Translation translation))
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

        Translation translation = default;
        bool isKnown = IsMmuOn(OwnerOf(State->ExceptionLevel)) && KnowsStore(address, unprivileged: false, out translation);
        if (!isKnown && !TranslateData(address, AccessKind.Write, unprivileged: false, out translation))
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
        TranslationRegime regime = RegimeOf(OwnerOf(level), forbidsUserData: false, isInspection: true);
        if ((address & 3) != 0 || !Translate(regime, level != 0, address, AccessKind.Execute, out Translation translation)
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
        if (!IsMmuOn(OwnerOf(State->ExceptionLevel))
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
        int owner = OwnerOf(State->ExceptionLevel);
        bool hasTwoRanges = HasTwoRanges(owner);
        bool high = hasTwoRanges && ((address >> 55) & 1) != 0;
        bool ignores = TranslationControlFields.IgnoresTopByte(Register(SystemRegisterSlot.TcrEl1, owner), hasTwoRanges, high, isInstruction: true);
        return !ignores ? address : high ? address | (0xffUL << 56) : address & ~(0xffUL << 56);
    }

    private bool Translate(in TranslationRegime regime, bool privileged, ulong address, AccessKind kind, out Translation translation)
    {
        Stage2Regime stage2 = Stage2Of(regime.Level, kind, regime.IsInspection);
        return TranslateStage1(regime, stage2, privileged, address, kind, out translation)
            && (!stage2.IsOn || Stage2Walker.Apply(Bus, stage2, kind, privileged, ref translation));
    }

    private bool TranslateStage1(in TranslationRegime regime, in Stage2Regime stage2, bool privileged, ulong address, AccessKind kind, out Translation translation)
    {
        if (IsMmuOn(regime.Level))
        {
            return TableWalker.Walk(Bus, regime, stage2, address, kind, privileged, out translation);
        }

        // Stage 1 off: addresses stand for themselves (Arm ARM D5.2.9). Data is Device memory, which the alignment mask takes care of,
        // so that RAM still goes through the TLB; with HCR_EL2.DC it is Normal.
        bool isNormal = regime.Level == 1 && (EffectiveHcr & HypervisorConfiguration.DefaultCacheability) != 0;
        bool high = regime.HasTwoRanges && ((address >> 55) & 1) != 0;
        ulong physical = regime.IgnoresTopByte(high, kind == AccessKind.Execute) ? address & ~(0xffUL << 56) : address;
        translation = new Translation
        {
            PhysicalAddress = physical,
            Secure = regime.Secure,
            CanRead = true,
            CanWrite = true,
            BlockShift = GuestRam.PageShift,
            Attributes = isNormal ? MemoryAttributes.WriteBack : (byte)0,
            Shareability = isNormal ? 0UL : 2,
            Fault = FaultStatus.AddressSize,
        };
        return physical >> regime.PhysicalAddressBits == 0;
    }
}
