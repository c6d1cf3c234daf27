namespace Emulator.Interrupts;

/// <content>The ICC_* registers: who may access them, and what each shows to whom.</content>
public sealed partial class GicCpuInterface
{
    // ICC_CTLR_EL1 and ICC_CTLR_EL3
    private const uint CommonBinaryPoint = 1 << 0;
    private const uint EoiMode = 1 << 1;
    private const uint Affinity3Valid = 1 << 15;
    private const uint IntIdBits24 = 1 << 11;

    // ICC_SRE_EL1: SRE, DFB, DIB; the GIC has no memory-mapped CPU interface. EL2 and EL3 have Enable too.
    private const uint OnlySystemRegisters = 0b111;
    private const uint LowerLevelsToo = 0b1000;

    private const ulong HcrFmo = 1 << 3;
    private const ulong HcrImo = 1 << 4;
    private const ulong ScrNs = 1 << 0;
    private const ulong ScrIrq = 1 << 1;
    private const ulong ScrFiq = 1 << 2;

    // What a register belongs to: decides which routing controls trap it and whether EL1 gets the virtual interface instead.
    private enum Owner
    {
        Group0,
        Group1,
        Common,
        Sgi,
        None,
    }

    /// <inheritdoc/>
    public SystemRegisterResult Read(in SystemRegisterAccess access, out ulong value)
    {
        if (IsHypervisorRegister(access.Register))
        {
            value = 0;
            return _virtual is null ? SystemRegisterResult.Undefined : ReadHypervisor(access, out value);
        }

        SystemRegisterResult result = Check(access, isWrite: false);
        value = result != SystemRegisterResult.Ok ? 0
            : IsVirtual(access, OwnerOf(access.Register)) ? ReadVirtual(access.Register)
            : (ulong)ReadPermitted(access);
        return result;
    }

    /// <inheritdoc/>
    public SystemRegisterResult Write(in SystemRegisterAccess access, ulong value)
    {
        if (IsHypervisorRegister(access.Register))
        {
            return _virtual is null ? SystemRegisterResult.Undefined : WriteHypervisor(access, value);
        }

        SystemRegisterResult result = Check(access, isWrite: true);
        if (result != SystemRegisterResult.Ok)
        {
            return result;
        }

        if (IsVirtual(access, OwnerOf(access.Register)))
        {
            WriteVirtual(access.Register, value);
        }
        else
        {
            WritePermitted(access, value);
        }

        return result;
    }

    private long ReadPermitted(in SystemRegisterAccess access) => access.Register switch
    {
        GicSystemRegister.Acknowledge1 => Acknowledge(HighestPending1(access)),
        GicSystemRegister.Acknowledge0 => Acknowledge(HighestPending0(access)),
        GicSystemRegister.HighestPending1 => HighestPending1(access),
        GicSystemRegister.HighestPending0 => HighestPending0(access),
        GicSystemRegister.PriorityMask => ReadPriorityMask(access),
        GicSystemRegister.RunningPriority => ReadRunningPriority(access),
        GicSystemRegister.BinaryPoint0 => _binaryPoint0,
        GicSystemRegister.BinaryPoint1 => ReadBinaryPoint1(access),
        GicSystemRegister.Control => ReadControl(BankOf(access)),
        GicSystemRegister.ControlEl3 => ReadControlEl3(),
        GicSystemRegister.GroupEnable0 => IsEnabled(GicGroups.Group0),
        GicSystemRegister.GroupEnable1 => IsEnabled(Group1Of(access)),
        GicSystemRegister.GroupEnable1El3 => IsEnabled(GicGroups.NonSecureGroup1) | (IsEnabled(GicGroups.SecureGroup1) << 1),
        GicSystemRegister.SystemRegisterEnable => OnlySystemRegisters,
        GicSystemRegister.SystemRegisterEnableEl2 or GicSystemRegister.SystemRegisterEnableEl3 => OnlySystemRegisters | LowerLevelsToo,
        _ => ActivePriorities(access),
    };

    private void WritePermitted(in SystemRegisterAccess access, ulong value)
    {
        switch (access.Register)
        {
            case GicSystemRegister.EndOfInterrupt1:
                EndOfInterrupt(access, (int)value & 0xff_ffff, isGroup0: false);
                return;
            case GicSystemRegister.EndOfInterrupt0:
                EndOfInterrupt(access, (int)value & 0xff_ffff, isGroup0: true);
                return;
            case GicSystemRegister.Deactivate:
                Deactivate(access, (int)value & 0xff_ffff);
                return;
            case GicSystemRegister.SendSgi1 or GicSystemRegister.SendSgi1Alias or GicSystemRegister.SendSgi0:
                _gic.SendSgi(_index, value, SgiGroup(access), IsSecure(access));
                return;
            case GicSystemRegister.SystemRegisterEnable or GicSystemRegister.SystemRegisterEnableEl2 or GicSystemRegister.SystemRegisterEnableEl3:
                return;
            case GicSystemRegister.GroupEnable0:
                Enable(GicGroups.Group0, (value & 1) != 0 ? GicGroups.Group0 : GicGroups.None);
                return;
            case GicSystemRegister.GroupEnable1:
                Enable(Group1Of(access), (value & 1) != 0 ? Group1Of(access) : GicGroups.None);
                return;
            case GicSystemRegister.GroupEnable1El3:
                Enable(
                    GicGroups.Group1,
                    ((value & 1) != 0 ? GicGroups.NonSecureGroup1 : GicGroups.None) | ((value & 2) != 0 ? GicGroups.SecureGroup1 : GicGroups.None));
                return;
            case GicSystemRegister.PriorityMask:
                WritePriorityMask(access, (int)value & 0xff);
                break;
            case GicSystemRegister.BinaryPoint0:
                _binaryPoint0 = AtLeast((int)value, MinimumBinaryPoint);
                break;
            case GicSystemRegister.BinaryPoint1:
                WriteBinaryPoint1(access, (int)value);
                break;
            case GicSystemRegister.Control:
                WriteControl(BankOf(access), (uint)value);
                break;
            case GicSystemRegister.ControlEl3:
                WriteControlEl3((uint)value);
                break;
            default:
                ActivePriorities(access) = (uint)value;
                _runningPriority = FindRunningPriority();
                break;
        }

        UpdateOutputs();
    }

    private SystemRegisterResult Check(in SystemRegisterAccess access, bool isWrite)
    {
        switch (access.Register)
        {
            case GicSystemRegister.Acknowledge0 or GicSystemRegister.HighestPending0:
                return isWrite ? SystemRegisterResult.Undefined : CheckRouting(access, Owner.Group0);
            case GicSystemRegister.Acknowledge1 or GicSystemRegister.HighestPending1:
                return isWrite ? SystemRegisterResult.Undefined : CheckRouting(access, Owner.Group1);
            case GicSystemRegister.RunningPriority:
                return isWrite ? SystemRegisterResult.Undefined : CheckRouting(access, Owner.Common);
            case GicSystemRegister.EndOfInterrupt0:
                return isWrite ? CheckRouting(access, Owner.Group0) : SystemRegisterResult.Undefined;
            case GicSystemRegister.EndOfInterrupt1:
                return isWrite ? CheckRouting(access, Owner.Group1) : SystemRegisterResult.Undefined;
            case GicSystemRegister.Deactivate:
                return isWrite ? CheckRouting(access, Owner.Common) : SystemRegisterResult.Undefined;
            case GicSystemRegister.SendSgi0 or GicSystemRegister.SendSgi1 or GicSystemRegister.SendSgi1Alias:
                return isWrite ? CheckRouting(access, Owner.Sgi) : SystemRegisterResult.Undefined;
            case GicSystemRegister.BinaryPoint0 or GicSystemRegister.GroupEnable0:
                return CheckRouting(access, Owner.Group0);
            case GicSystemRegister.BinaryPoint1 or GicSystemRegister.GroupEnable1:
                return CheckRouting(access, Owner.Group1);
            case GicSystemRegister.PriorityMask or GicSystemRegister.Control:
                return CheckRouting(access, Owner.Common);
            case >= GicSystemRegister.ActivePriorities0 and <= GicSystemRegister.ActivePriorities0Last:
                return ActivePriorityExists(access) ? CheckRouting(access, Owner.Group0) : SystemRegisterResult.Undefined;
            case >= GicSystemRegister.ActivePriorities1 and <= GicSystemRegister.ActivePriorities1Last:
                return ActivePriorityExists(access) ? CheckRouting(access, Owner.Group1) : SystemRegisterResult.Undefined;
            case GicSystemRegister.SystemRegisterEnable:
                return CheckLevel(access, 1);
            case GicSystemRegister.SystemRegisterEnableEl2:
                return CheckLevel(access, 2);
            case GicSystemRegister.SystemRegisterEnableEl3 or GicSystemRegister.ControlEl3 or GicSystemRegister.GroupEnable1El3:
                return CheckLevel(access, 3);
            default:
                return SystemRegisterResult.NotHere;
        }
    }

    private static SystemRegisterResult CheckLevel(in SystemRegisterAccess access, int lowest) =>
        access.ExceptionLevel < lowest ? SystemRegisterResult.Undefined : SystemRegisterResult.Ok;

    // Without EL3 the Non-secure copies are the only ones; at EL3, SCR_EL3.NS chooses.
    private int BankOf(in SystemRegisterAccess access) =>
        _hasEl3 && (access.SecureConfiguration & ScrNs) == 0 ? SecureBank : NonSecureBank;

    private GicGroups Group1Of(in SystemRegisterAccess access) =>
        BankOf(access) == SecureBank ? GicGroups.SecureGroup1 : GicGroups.NonSecureGroup1;

    private bool IsSecure(in SystemRegisterAccess access) =>
        _hasEl3 && (access.ExceptionLevel == 3 || (access.SecureConfiguration & ScrNs) == 0);

    // The order is that of the registers' access pseudocode: UNDEFINED, the virtual interface or a trap to EL2, a trap to EL3.
    private SystemRegisterResult CheckRouting(in SystemRegisterAccess access, Owner owner)
    {
        int level = access.ExceptionLevel;
        if (level == 3)
        {
            return SystemRegisterResult.Ok;
        }

        if (level == 0)
        {
            return SystemRegisterResult.Undefined;
        }

        if (level == 1 && !IsSecure(access))
        {
            if (TrapsToHypervisor(access, owner))
            {
                return SystemRegisterResult.TrapToEl2;
            }

            if ((access.HypervisorConfiguration & RoutingOf(owner)) != 0)
            {
                return owner == Owner.Sgi ? SystemRegisterResult.TrapToEl2 : SystemRegisterResult.Ok;
            }
        }

        ulong needed = owner switch
        {
            Owner.Group0 => ScrFiq,
            Owner.Group1 => ScrIrq,
            _ => ScrFiq | ScrIrq,
        };
        return _hasEl3 && (access.SecureConfiguration & needed) == needed ? SystemRegisterResult.TrapToEl3 : SystemRegisterResult.Ok;
    }

    private bool ActivePriorityExists(in SystemRegisterAccess access) => (access.Register & 3) < ActivePriorityRegisters;

    private ref uint ActivePriorities(in SystemRegisterAccess access)
    {
        GicActivePriorities priorities = access.Register <= GicSystemRegister.ActivePriorities0Last ? _activeGroup0 : ActivePrioritiesOf(Group1Of(access));
        return ref priorities.Words[access.Register & 3];
    }

    // "Group 0 inaccessible to Non-secure": then Non-secure software sees the lower half of the priorities as if it were the whole range.
    private bool SeesNonSecurePriorities(in SystemRegisterAccess access) =>
        _hasEl3 && !IsSecure(access) && (access.SecureConfiguration & ScrFiq) != 0;

    private int ReadPriorityMask(in SystemRegisterAccess access)
    {
        if (!SeesNonSecurePriorities(access))
        {
            return _priorityMask;
        }

        return _priorityMask < 0x80 ? 0 : (_priorityMask << 1) & 0xff;
    }

    private void WritePriorityMask(in SystemRegisterAccess access, int value)
    {
        if (SeesNonSecurePriorities(access))
        {
            if (_priorityMask < 0x80)
            {
                return;
            }

            value = 0x80 | (value >> 1);
        }

        _priorityMask = value & (0xff << (8 - _priorityBits)) & 0xff;
    }

    private int ReadRunningPriority(in SystemRegisterAccess access)
    {
        if (!SeesNonSecurePriorities(access) || _runningPriority == IdlePriority)
        {
            return _runningPriority;
        }

        return _runningPriority < 0x80 ? 0 : (_runningPriority << 1) & 0xff;
    }

    // With CBPR the register shows ICC_BPR0_EL1 below EL3: to Secure EL1 as it is, to Non-secure levels one more and read-only.
    private int ReadBinaryPoint1(in SystemRegisterAccess access)
    {
        int bank = BankOf(access);
        bool common = access.ExceptionLevel < 3 && (_control[bank] & CommonBinaryPoint) != 0;
        return !common ? _binaryPoint1[bank] : bank == SecureBank ? _binaryPoint0 : Math.Min(_binaryPoint0 + 1, 7);
    }

    private void WriteBinaryPoint1(in SystemRegisterAccess access, int value)
    {
        int bank = BankOf(access);
        bool common = access.ExceptionLevel < 3 && (_control[bank] & CommonBinaryPoint) != 0;
        if (!common)
        {
            _binaryPoint1[bank] = AtLeast(value, MinimumBinaryPoint + bank);
        }
        else if (bank == SecureBank)
        {
            _binaryPoint0 = AtLeast(value, MinimumBinaryPoint);
        }
    }

    private uint ReadControl(int bank) => _control[bank] | Affinity3Valid | IntIdBits24 | ((uint)(_priorityBits - 1) << 8);

    private void WriteControl(int bank, uint value)
    {
        // CBPR belongs to EL3 while there are two security states.
        uint writable = _hasEl3 && !_distributor.SecurityDisabled ? EoiMode : EoiMode | CommonBinaryPoint;
        _control[bank] = (_control[bank] & ~writable) | (value & writable);
    }

    // CBPR_EL1S, CBPR_EL1NS, EOImode_EL3, EOImode_EL1S, EOImode_EL1NS from bit 0 up.
    private uint ReadControlEl3()
    {
        uint secure = _control[SecureBank];
        uint nonSecure = _control[NonSecureBank];
        return (secure & CommonBinaryPoint)
            | ((nonSecure & CommonBinaryPoint) << 1)
            | (_eoiModeEl3 ? 1u << 2 : 0)
            | ((secure & EoiMode) << 2)
            | ((nonSecure & EoiMode) << 3)
            | Affinity3Valid | IntIdBits24 | ((uint)(_priorityBits - 1) << 8);
    }

    private void WriteControlEl3(uint value)
    {
        _control[SecureBank] = (value & CommonBinaryPoint) | ((value >> 2) & EoiMode);
        _control[NonSecureBank] = ((value >> 1) & CommonBinaryPoint) | ((value >> 3) & EoiMode);
        _eoiModeEl3 = (value & (1 << 2)) != 0;
    }

    private long IsEnabled(GicGroups group) => (EnabledGroups & group) != 0 ? 1 : 0;

    private void Enable(GicGroups writable, GicGroups groups)
    {
        EnabledGroups = (EnabledGroups & ~writable) | groups;
        _gic.GroupsChanged();
    }

    private GicGroups SgiGroup(in SystemRegisterAccess access)
    {
        bool secure = IsSecure(access);
        return access.Register switch
        {
            GicSystemRegister.SendSgi0 => GicGroups.Group0,
            GicSystemRegister.SendSgi1 => secure ? GicGroups.SecureGroup1 : GicGroups.NonSecureGroup1,
            _ => secure ? GicGroups.NonSecureGroup1 : GicGroups.SecureGroup1,
        };
    }
}
