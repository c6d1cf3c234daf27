using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>The performance monitors: a cycle counter that counts retired instructions, and event counters for software increments.</summary>
internal sealed unsafe partial class Processor
{
    private const ulong PerformanceEnable = 1;
    private const ulong ResetEvents = 2;
    private const ulong ResetCycles = 4;
    private const ulong PerformanceStored = 0x79;
    private const int CycleCounter = 31;

    // The count is kept as a difference to the retired instructions while it runs, else as itself.
    private ulong _cycles;

    /// <summary>PMCCNTR_EL0; counts must be exact.</summary>
    internal ulong CycleCount
    {
        get => IsCycleCounterOn ? (ulong)State->Retired - _cycles : _cycles;
        set => _cycles = IsCycleCounterOn ? (ulong)State->Retired - value : value;
    }

    /// <summary>PMXEVTYPER_EL0.</summary>
    internal ulong SelectedEventType
    {
        get => SelectedCounter == CycleCounter ? Register(SystemRegisterSlot.PmccfiltrEl0)
            : SelectedCounter < Model.EventCounters ? Register(SystemRegisterSlot.PmevtyperEl0 + SelectedCounter) : 0;
        set
        {
            if (SelectedCounter == CycleCounter)
            {
                Register(SystemRegisterSlot.PmccfiltrEl0) = value & 0xfc00_0000;
            }
            else if (SelectedCounter < Model.EventCounters)
            {
                Register(SystemRegisterSlot.PmevtyperEl0 + SelectedCounter) = value & 0xfe00_ffff;
            }
        }
    }

    /// <summary>PMXEVCNTR_EL0.</summary>
    internal ulong SelectedEventCount
    {
        get => SelectedCounter < Model.EventCounters ? Register(SystemRegisterSlot.PmevcntrEl0 + SelectedCounter) : 0;
        set
        {
            if (SelectedCounter < Model.EventCounters)
            {
                Register(SystemRegisterSlot.PmevcntrEl0 + SelectedCounter) = (uint)value;
            }
        }
    }

    private int SelectedCounter => (int)Register(SystemRegisterSlot.PmselrEl0) & 0x1f;

    private bool IsCycleCounterOn =>
        (Register(SystemRegisterSlot.PmcrEl0) & PerformanceEnable) != 0 && (Register(SystemRegisterSlot.PmcntenEl0) >> CycleCounter) != 0;

    /// <summary>Writes PMCR_EL0.</summary>
    internal void WritePerformanceControl(ulong value)
    {
        ulong cycles = (value & ResetCycles) != 0 ? 0 : CycleCount;
        ref ulong control = ref Register(SystemRegisterSlot.PmcrEl0);
        control = (control & ~PerformanceStored) | (value & PerformanceStored);
        CycleCount = cycles;
        if ((value & ResetEvents) != 0)
        {
            for (int n = 0; n < Model.EventCounters; n++)
            {
                Register(SystemRegisterSlot.PmevcntrEl0 + n) = 0;
            }
        }
    }

    /// <summary>Writes the counters' enables.</summary>
    internal void WriteCounterEnable(ulong value)
    {
        ulong cycles = CycleCount;
        Register(SystemRegisterSlot.PmcntenEl0) = value;
        CycleCount = cycles;
    }

    /// <summary>PMSWINC_EL0: counts for each named counter that is on and set to event 0.</summary>
    internal void IncrementCounters(ulong mask)
    {
        if ((Register(SystemRegisterSlot.PmcrEl0) & PerformanceEnable) == 0)
        {
            return;
        }

        mask &= Register(SystemRegisterSlot.PmcntenEl0);
        for (int n = 0; n < Model.EventCounters; n++)
        {
            if (((mask >> n) & 1) != 0 && (Register(SystemRegisterSlot.PmevtyperEl0 + n) & 0xffff) == 0)
            {
                ref ulong counter = ref Register(SystemRegisterSlot.PmevcntrEl0 + n);
                counter = (uint)(counter + 1);
                if (counter == 0)
                {
                    Register(SystemRegisterSlot.PmovsEl0) |= 1UL << n;
                }
            }
        }
    }
}
