namespace Emulator.Interrupts;

/// <content>The hypervisor's registers ICH_*, and ICV_*, which EL1 sees in the place of ICC_* while a hypervisor has the physical interrupts.</content>
public sealed partial class GicCpuInterface
{
    // ICH_VTR_EL2: INTIDs of 24 bits, affinity 3, no direct injection, ICH_HCR_EL2.TDIR.
    private const uint VirtualType = GicVirtualInterface.TypeFields | (1u << 23) | (1u << 21) | (1u << 20) | (1u << 19);

    private const uint VirtualControl = Affinity3Valid | IntIdBits24 | (4u << 8);

    private readonly GicVirtualInterface? _virtual;

    /// <summary>The virtual interface; null on a CPU without EL2.</summary>
    internal GicVirtualInterface? Virtual => _virtual;

    /// <summary>Connects the CPU's virtual inputs; nothing happens where there is no virtual interface.</summary>
    /// <param name="irq">The CPU's virtual IRQ.</param>
    /// <param name="fiq">The CPU's virtual FIQ.</param>
    /// <param name="maintenance">The maintenance interrupt's wire.</param>
    internal void ConnectVirtual(IInterruptLine irq, IInterruptLine fiq, IInterruptLine maintenance) => _virtual?.Connect(irq, fiq, maintenance);

    // Traps of ICH_HCR_EL2 come before the choice between physical and virtual registers.
    private bool TrapsToHypervisor(in SystemRegisterAccess access, Owner owner)
    {
        uint trap = owner switch
        {
            Owner.Group0 => GicVirtualInterface.TrapGroup0,
            Owner.Group1 => GicVirtualInterface.TrapGroup1,
            _ => GicVirtualInterface.TrapCommon,
        };
        if (access.Register == GicSystemRegister.Deactivate)
        {
            trap |= GicVirtualInterface.TrapDeactivate;
        }

        return _virtual is not null && (_virtual.Control & trap) != 0;
    }

    private bool IsVirtual(in SystemRegisterAccess access, Owner owner) =>
        _virtual is not null && access.ExceptionLevel == 1 && !IsSecure(access) && (access.HypervisorConfiguration & RoutingOf(owner)) != 0;

    private static ulong RoutingOf(Owner owner) => owner switch
    {
        Owner.Group0 => HcrFmo,
        Owner.Group1 => HcrImo,
        _ => HcrFmo | HcrImo,
    };

    private static Owner OwnerOf(ushort register) => register switch
    {
        GicSystemRegister.Acknowledge0 or GicSystemRegister.HighestPending0 or GicSystemRegister.EndOfInterrupt0
            or GicSystemRegister.BinaryPoint0 or GicSystemRegister.GroupEnable0 or (>= GicSystemRegister.ActivePriorities0 and <= GicSystemRegister.ActivePriorities0Last) => Owner.Group0,
        GicSystemRegister.Acknowledge1 or GicSystemRegister.HighestPending1 or GicSystemRegister.EndOfInterrupt1
            or GicSystemRegister.BinaryPoint1 or GicSystemRegister.GroupEnable1 or (>= GicSystemRegister.ActivePriorities1 and <= GicSystemRegister.ActivePriorities1Last) => Owner.Group1,
        GicSystemRegister.SendSgi0 or GicSystemRegister.SendSgi1 or GicSystemRegister.SendSgi1Alias => Owner.Sgi,
        GicSystemRegister.PriorityMask or GicSystemRegister.Control or GicSystemRegister.RunningPriority or GicSystemRegister.Deactivate => Owner.Common,
        _ => Owner.None,
    };

    private static bool IsHypervisorRegister(ushort register) =>
        register is (>= GicSystemRegister.VirtualActivePriorities0 and <= GicSystemRegister.VirtualActivePriorities0 + 3)
            or (>= GicSystemRegister.VirtualActivePriorities1 and <= GicSystemRegister.VirtualActivePriorities1 + 3)
            or (>= GicSystemRegister.HypervisorControl and <= GicSystemRegister.VirtualMachineControl)
            or (>= GicSystemRegister.ListRegister and <= GicSystemRegister.ListRegisterLast);

    private SystemRegisterResult ReadHypervisor(in SystemRegisterAccess access, out ulong value)
    {
        GicVirtualInterface virtualInterface = _virtual!;
        value = 0;
        if (access.ExceptionLevel < 2)
        {
            return SystemRegisterResult.Undefined;
        }

        switch (access.Register)
        {
            case GicSystemRegister.VirtualActivePriorities0:
                value = virtualInterface.ActiveGroup0;
                return SystemRegisterResult.Ok;
            case GicSystemRegister.VirtualActivePriorities1:
                value = virtualInterface.ActiveGroup1;
                return SystemRegisterResult.Ok;
            case GicSystemRegister.HypervisorControl:
                value = virtualInterface.Control;
                return SystemRegisterResult.Ok;
            case GicSystemRegister.VirtualType:
                value = VirtualType;
                return SystemRegisterResult.Ok;
            case GicSystemRegister.MaintenanceStatus:
                value = virtualInterface.MaintenanceStatus;
                return SystemRegisterResult.Ok;
            case GicSystemRegister.EndStatus:
                value = virtualInterface.EndNotifications;
                return SystemRegisterResult.Ok;
            case GicSystemRegister.EmptyListRegisters:
                value = virtualInterface.FreeListRegisters;
                return SystemRegisterResult.Ok;
            case GicSystemRegister.VirtualMachineControl:
                value = virtualInterface.MachineControl;
                return SystemRegisterResult.Ok;
            case >= GicSystemRegister.ListRegister and < GicSystemRegister.ListRegister + GicVirtualInterface.ListRegisters:
                value = virtualInterface.ReadListRegister(access.Register - GicSystemRegister.ListRegister);
                return SystemRegisterResult.Ok;
            default:
                return SystemRegisterResult.Undefined;
        }
    }

    private SystemRegisterResult WriteHypervisor(in SystemRegisterAccess access, ulong value)
    {
        GicVirtualInterface virtualInterface = _virtual!;
        if (access.ExceptionLevel < 2)
        {
            return SystemRegisterResult.Undefined;
        }

        switch (access.Register)
        {
            case GicSystemRegister.VirtualActivePriorities0:
                virtualInterface.ActiveGroup0 = (uint)value;
                return SystemRegisterResult.Ok;
            case GicSystemRegister.VirtualActivePriorities1:
                virtualInterface.ActiveGroup1 = (uint)value;
                return SystemRegisterResult.Ok;
            case GicSystemRegister.HypervisorControl:
                virtualInterface.Control = (uint)value;
                return SystemRegisterResult.Ok;
            case GicSystemRegister.VirtualMachineControl:
                virtualInterface.MachineControl = (uint)value;
                return SystemRegisterResult.Ok;
            case >= GicSystemRegister.ListRegister and < GicSystemRegister.ListRegister + GicVirtualInterface.ListRegisters:
                virtualInterface.WriteListRegister(access.Register - GicSystemRegister.ListRegister, value);
                return SystemRegisterResult.Ok;
            default:
                return SystemRegisterResult.Undefined;
        }
    }

    private ulong ReadVirtual(ushort register)
    {
        GicVirtualInterface virtualInterface = _virtual!;
        uint machine = virtualInterface.MachineControl;
        return register switch
        {
            GicSystemRegister.Acknowledge0 => (uint)AcknowledgeVirtual(isGroup1: false),
            GicSystemRegister.Acknowledge1 => (uint)AcknowledgeVirtual(isGroup1: true),
            GicSystemRegister.HighestPending0 => (uint)HighestPendingVirtual(isGroup1: false),
            GicSystemRegister.HighestPending1 => (uint)HighestPendingVirtual(isGroup1: true),
            GicSystemRegister.PriorityMask => (uint)virtualInterface.PriorityMask,
            GicSystemRegister.RunningPriority => (uint)virtualInterface.RunningPriority,
            GicSystemRegister.BinaryPoint0 => (uint)virtualInterface.BinaryPoint0,
            GicSystemRegister.BinaryPoint1 => (uint)virtualInterface.BinaryPoint1,
            GicSystemRegister.Control => VirtualControl
                | ((machine & GicVirtualInterface.CommonBinaryPoint) != 0 ? CommonBinaryPoint : 0)
                | ((machine & GicVirtualInterface.EoiMode) != 0 ? EoiMode : 0),
            GicSystemRegister.GroupEnable0 => machine & GicVirtualInterface.EnableGroup0,
            GicSystemRegister.GroupEnable1 => (machine & GicVirtualInterface.EnableGroup1) >> 1,
            GicSystemRegister.ActivePriorities0 => virtualInterface.ActiveGroup0,
            _ => virtualInterface.ActiveGroup1,
        };
    }

    private void WriteVirtual(ushort register, ulong value)
    {
        GicVirtualInterface virtualInterface = _virtual!;
        switch (register)
        {
            case GicSystemRegister.EndOfInterrupt0:
                virtualInterface.EndOfInterrupt((int)value & 0xff_ffff, isGroup1: false);
                break;
            case GicSystemRegister.EndOfInterrupt1:
                virtualInterface.EndOfInterrupt((int)value & 0xff_ffff, isGroup1: true);
                break;
            case GicSystemRegister.Deactivate:
                virtualInterface.Deactivate((int)value & 0xff_ffff);
                break;
            case GicSystemRegister.PriorityMask:
                virtualInterface.PriorityMask = (int)value & 0xff;
                break;
            case GicSystemRegister.BinaryPoint0:
                virtualInterface.BinaryPoint0 = (int)value;
                break;
            case GicSystemRegister.BinaryPoint1:
                virtualInterface.BinaryPoint1 = (int)value;
                break;
            case GicSystemRegister.Control:
                SetMachineControl(GicVirtualInterface.CommonBinaryPoint, (value & CommonBinaryPoint) != 0);
                SetMachineControl(GicVirtualInterface.EoiMode, (value & EoiMode) != 0);
                break;
            case GicSystemRegister.GroupEnable0:
                SetMachineControl(GicVirtualInterface.EnableGroup0, (value & 1) != 0);
                break;
            case GicSystemRegister.GroupEnable1:
                SetMachineControl(GicVirtualInterface.EnableGroup1, (value & 1) != 0);
                break;
            case GicSystemRegister.ActivePriorities0:
                virtualInterface.ActiveGroup0 = (uint)value;
                break;
            default:
                virtualInterface.ActiveGroup1 = (uint)value;
                break;
        }
    }

    private void SetMachineControl(uint bit, bool set) =>
        _virtual!.MachineControl = set ? _virtual.MachineControl | bit : _virtual.MachineControl & ~bit;

    private int HighestPendingVirtual(bool isGroup1)
    {
        int index = _virtual!.HighestPending();
        return index >= 0 && _virtual[index].IsGroup1 == isGroup1 ? _virtual[index].Id & 0xff_ffff : GicIntId.Spurious;
    }

    private int AcknowledgeVirtual(bool isGroup1)
    {
        int index = _virtual!.HighestPending();
        return _virtual.CanSignal(index) && _virtual[index].IsGroup1 == isGroup1 ? _virtual.Acknowledge(index) & 0xff_ffff : GicIntId.Spurious;
    }

    // The end of a virtual interrupt with a physical one behind it.
    private void DeactivatePhysical(int id)
    {
        if (Exists(id))
        {
            BankOf(id).Deactivate(id % 32);
        }
    }
}
