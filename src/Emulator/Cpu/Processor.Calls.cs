using Emulator.Boards;
using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>HVC and SMC: to the guest's own EL2 and EL3, or to the firmware that stands in for them.</summary>
internal sealed unsafe partial class Processor
{
    /// <summary>The firmware that answers HVC or SMC in place of a level that is not there; null when there is none.</summary>
    public PsciFirmware? Firmware { get; set; }

    /// <summary>Executes HVC at PC.</summary>
    /// <returns>True when firmware has answered; false when an exception was taken.</returns>
    internal bool CallHypervisor(uint immediate)
    {
        int level = State->ExceptionLevel;
        if (level > 0 && Firmware is { Conduit: PsciConduit.Hvc } firmware)
        {
            firmware.Call(this);
            return true;
        }

        // Arm ARM C6.2.87.
        bool enabled = Model.HasEl3
            ? (Register(SystemRegisterSlot.ScrEl3) & SecureConfiguration.HypervisorCallEnable) != 0
            : (Register(SystemRegisterSlot.HcrEl2) & HypervisorConfiguration.HypervisorCallDisable) == 0;
        if (!Model.HasEl2 || level == 0 || (level == 1 && IsSecureBelowEl3) || !enabled)
        {
            TakeUndefined();
        }
        else
        {
            TakeHypervisorCall(immediate);
        }

        return false;
    }

    /// <summary>Executes SMC at PC.</summary>
    /// <returns>True when firmware has answered; false when an exception was taken.</returns>
    internal bool CallSecureMonitor(uint immediate)
    {
        int level = State->ExceptionLevel;
        bool hasFirmware = Firmware is { Conduit: PsciConduit.Smc };

        // Arm ARM C6.2.247; a trap by a hypervisor comes before firmware that stands in for EL3.
        if (level == 1 && (Model.HasEl3 || hasFirmware) && (EffectiveHcr & HypervisorConfiguration.TrapSecureMonitorCall) != 0)
        {
            TakeSecureMonitorCallTrap(immediate);
            return false;
        }

        if (level > 0 && hasFirmware)
        {
            Firmware!.Call(this);
            return true;
        }

        if (level == 0 || !Model.HasEl3 || (Register(SystemRegisterSlot.ScrEl3) & SecureConfiguration.SecureMonitorCallDisable) != 0)
        {
            TakeUndefined();
        }
        else
        {
            TakeSecureMonitorCall(immediate);
        }

        return false;
    }

    /// <summary>Checks that DAIF may be used here, as EL0 may only by SCTLR_EL1.UMA.</summary>
    /// <returns>False when an exception was taken.</returns>
    internal bool CheckInterruptMaskAccess(uint instruction)
    {
        if (State->ExceptionLevel != 0 || (Register(SystemRegisterSlot.SctlrEl1, OwnerOf(0)) & SystemControl.UserMaskAccess) != 0)
        {
            return true;
        }

        TakeSystemRegisterTrap(1, instruction);
        return false;
    }
}
