using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>Which control traps an access to a system register, and to which level.</summary>
internal sealed unsafe partial class Processor
{
    private const ulong UserEnable = 1;
    private const ulong UserSoftwareIncrement = 2;
    private const ulong UserCycleRead = 4;
    private const ulong UserEventRead = 8;

    private int FindTrap(SystemRegisterTraps traps, bool isRead)
    {
        int level = State->ExceptionLevel;
        if (level == 0 && TrapsUser(traps, isRead))
        {
            return (EffectiveHcr & HypervisorConfiguration.TrapGeneralExceptions) != 0 ? 2 : 1;
        }

        if (level < 2 && Model.HasEl2 && !IsSecureBelowEl3 && TrapsToEl2(traps, isRead))
        {
            return 2;
        }

        return Model.HasEl3 && TrapsToEl3(traps, level) ? 3 : 0;
    }

    private bool TrapsUser(SystemRegisterTraps traps, bool isRead)
    {
        ulong sctlr = Register(SystemRegisterSlot.SctlrEl1, OwnerOf(0));
        return (Has(traps, SystemRegisterTraps.Id2) && (sctlr & SystemControl.UserCacheType) == 0)
            || (Has(traps, SystemRegisterTraps.InterruptMask) && (sctlr & SystemControl.UserMaskAccess) == 0)
            || (Has(traps, SystemRegisterTraps.PointOfCoherency | SystemRegisterTraps.PointOfUnification) && (sctlr & SystemControl.UserCacheInstructions) == 0)
            || (Has(traps, SystemRegisterTraps.ZeroCacheLine) && (sctlr & SystemControl.UserZeroCacheLine) == 0)
            || (Has(traps, SystemRegisterTraps.PredictionRestriction) && (sctlr & SystemControl.UserPredictionRestriction) == 0)
            || (Has(traps, SystemRegisterTraps.DebugChannel) && (Register(SystemRegisterSlot.MdscrEl1) & DebugControl.TrapChannel) != 0)
            || (Has(traps, SystemRegisterTraps.Performance) && !PermitsUserPerformance(traps, isRead));
    }

    // PMUSERENR_EL0 (Arm ARM D13.4.20): EN permits all, the others one thing each.
    private bool PermitsUserPerformance(SystemRegisterTraps traps, bool isRead)
    {
        ulong enable = Register(SystemRegisterSlot.PmuserenrEl0);
        return (enable & UserEnable) != 0
            || (Has(traps, SystemRegisterTraps.PerformanceEventRead) && isRead && (enable & UserEventRead) != 0)
            || (Has(traps, SystemRegisterTraps.PerformanceEventSelect) && (enable & UserEventRead) != 0)
            || (Has(traps, SystemRegisterTraps.PerformanceCycleRead) && isRead && (enable & UserCycleRead) != 0)
            || (Has(traps, SystemRegisterTraps.PerformanceIncrement) && (enable & UserSoftwareIncrement) != 0);
    }

    private bool TrapsToEl2(SystemRegisterTraps traps, bool isRead)
    {
        ulong hcr = EffectiveHcr;
        ulong virtualMemory = isRead ? HypervisorConfiguration.TrapVirtualMemoryReads : HypervisorConfiguration.TrapVirtualMemoryWrites;
        ulong byHcr = Bit(traps, SystemRegisterTraps.VirtualMemory, virtualMemory)
            | Bit(traps, SystemRegisterTraps.Id1, HypervisorConfiguration.TrapId1)
            | Bit(traps, SystemRegisterTraps.Id2, HypervisorConfiguration.TrapId2)
            | Bit(traps, SystemRegisterTraps.Id3, HypervisorConfiguration.TrapId3)
            | Bit(traps, SystemRegisterTraps.AuxiliaryControl, HypervisorConfiguration.TrapAuxiliaryControl)
            | Bit(traps, SystemRegisterTraps.PointOfCoherency, HypervisorConfiguration.TrapPointOfCoherency)
            | Bit(traps, SystemRegisterTraps.PointOfUnification, HypervisorConfiguration.TrapPointOfUnification)
            | Bit(traps, SystemRegisterTraps.SetWay, HypervisorConfiguration.TrapSetWay)
            | Bit(traps, SystemRegisterTraps.Tlb, HypervisorConfiguration.TrapTlb)
            | Bit(traps, SystemRegisterTraps.ZeroCacheLine, HypervisorConfiguration.TrapZeroCacheLine)
            | Bit(traps, SystemRegisterTraps.LimitedOrdering, HypervisorConfiguration.TrapLimitedOrdering)
            | Bit(traps, SystemRegisterTraps.ErrorRecords, HypervisorConfiguration.TrapErrorRecords);
        if ((hcr & byHcr) != 0 || (Has(traps, SystemRegisterTraps.PointerKeys) && (hcr & HypervisorConfiguration.PermitKeys) == 0))
        {
            return true;
        }

        // With TGE set, TDE is taken for one and the debug traps with it (Arm ARM D13.2.48).
        ulong mdcr = Register(SystemRegisterSlot.MdcrEl2);
        if ((mdcr & DebugConfiguration.RouteDebugExceptions) != 0 || (hcr & HypervisorConfiguration.TrapGeneralExceptions) != 0)
        {
            mdcr |= DebugConfiguration.TrapDebug | DebugConfiguration.TrapDebugOsLock | DebugConfiguration.TrapDebugRom;
        }

        ulong byMdcr = Bit(traps, SystemRegisterTraps.Debug | SystemRegisterTraps.DebugChannel, DebugConfiguration.TrapDebug)
            | Bit(traps, SystemRegisterTraps.DebugOsLock, DebugConfiguration.TrapDebugOsLock)
            | Bit(traps, SystemRegisterTraps.DebugRom, DebugConfiguration.TrapDebugRom)
            | Bit(traps, SystemRegisterTraps.Performance | SystemRegisterTraps.PerformanceAlways, DebugConfiguration.TrapPerformance)
            | Bit(traps, SystemRegisterTraps.PerformanceControl, DebugConfiguration.TrapPerformanceControl);
        return (mdcr & byMdcr) != 0
            || (Has(traps, SystemRegisterTraps.Cpacr) && (Register(SystemRegisterSlot.CptrEl2) & CoprocessorTraps.AccessControl) != 0);
    }

    private bool TrapsToEl3(SystemRegisterTraps traps, int level)
    {
        if (level == 3)
        {
            return false;
        }

        ulong byMdcr = Bit(traps, SystemRegisterTraps.Debug | SystemRegisterTraps.DebugChannel | SystemRegisterTraps.DebugRom, DebugConfiguration.TrapDebug)
            | Bit(traps, SystemRegisterTraps.DebugOsLock, DebugConfiguration.TrapDebugOsLock)
            | Bit(traps, SystemRegisterTraps.Performance | SystemRegisterTraps.PerformanceAlways, DebugConfiguration.TrapPerformance);
        ulong scr = Register(SystemRegisterSlot.ScrEl3);
        ulong byScr = Bit(traps, SystemRegisterTraps.LimitedOrdering, SecureConfiguration.TrapLimitedOrdering)
            | Bit(traps, SystemRegisterTraps.ErrorRecords, SecureConfiguration.TrapErrorRecords);
        return (Register(SystemRegisterSlot.MdcrEl3) & byMdcr) != 0
            || (scr & byScr) != 0
            || (Has(traps, SystemRegisterTraps.PointerKeys) && (scr & SecureConfiguration.PermitKeys) == 0)
            || (Has(traps, SystemRegisterTraps.Cpacr) && (Register(SystemRegisterSlot.CptrEl3) & CoprocessorTraps.AccessControl) != 0);
    }

    private static bool Has(SystemRegisterTraps traps, SystemRegisterTraps any) => (traps & any) != 0;

    private static ulong Bit(SystemRegisterTraps traps, SystemRegisterTraps any, ulong control) => (traps & any) != 0 ? control : 0;
}
