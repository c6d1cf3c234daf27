using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>The registers of the performance monitors (PMUv3, Arm ARM D7).</summary>
internal sealed unsafe partial class Processor
{
    private const ulong PerformanceEnable = 1;
    private const ulong ResetEvents = 2;
    private const ulong ResetCycles = 4;
    private const ulong PerformanceStored = 0x79;
    private const int CycleCounter = 31;
    private const ulong CycleCounterBit = 1UL << CycleCounter;

    /// <summary>PMCR_EL0: below EL2 a hypervisor's MDCR_EL2.HPMN is the number of counters.</summary>
    internal ulong PerformanceControl =>
        (Register(SystemRegisterSlot.PmcrEl0) & ~(0x1fUL << 11)) | ((ulong)ReachableCounters << 11);

    /// <summary>PMCCNTR_EL0; counts must be exact.</summary>
    internal ulong CycleCount
    {
        get
        {
            CountPerformance();
            return _cycles;
        }

        set
        {
            CountPerformance();
            _cycles = value;
            UpdatePerformance();
        }
    }

    /// <summary>PMXEVTYPER_EL0.</summary>
    internal ulong SelectedEventType
    {
        get => SelectedCounter == CycleCounter ? Register(SystemRegisterSlot.PmccfiltrEl0)
            : ReadEventType(SelectedCounter);
        set
        {
            if (SelectedCounter == CycleCounter)
            {
                WriteCycleFilter(value);
            }
            else
            {
                WriteEventType(SelectedCounter, value);
            }
        }
    }

    /// <summary>PMXEVCNTR_EL0.</summary>
    internal ulong SelectedEventCount
    {
        get => ReadEventCount(SelectedCounter);
        set => WriteEventCount(SelectedCounter, value);
    }

    private int SelectedCounter => (int)Register(SystemRegisterSlot.PmselrEl0) & 0x1f;

    // How many event counters the current level reaches: those from MDCR_EL2.HPMN on are EL2's.
    private int ReachableCounters => State->ExceptionLevel < 2 && Model.HasEl2 && !IsSecureBelowEl3 ? FirstCounterOfEl2 : Model.EventCounters;

    private int FirstCounterOfEl2 => Math.Min((int)Register(SystemRegisterSlot.MdcrEl2) & 0x1f, Model.EventCounters);

    private ulong ReachableBits => CycleCounterBit | ((1UL << ReachableCounters) - 1);

    /// <summary>Writes PMCR_EL0.</summary>
    internal void WritePerformanceControl(ulong value)
    {
        CountPerformance();
        ref ulong control = ref Register(SystemRegisterSlot.PmcrEl0);
        control = (control & ~PerformanceStored) | (value & PerformanceStored);
        if ((value & ResetCycles) != 0)
        {
            _cycles = 0;
        }

        if ((value & ResetEvents) != 0)
        {
            for (int n = 0; n < ReachableCounters; n++)
            {
                Register(SystemRegisterSlot.PmevcntrEl0 + n) = 0;
            }
        }

        UpdatePerformance();
    }

    /// <summary>Reads one of the registers with a bit for each counter: enables, overflows, interrupt enables.</summary>
    internal ulong ReadCounterBits(SystemRegisterSlot slot)
    {
        CountPerformance();
        return Register(slot) & ReachableBits;
    }

    /// <summary>Sets or clears bits of such a register.</summary>
    /// <param name="slot">The register.</param>
    /// <param name="mask">Ones for what to change.</param>
    /// <param name="set">True to set.</param>
    internal void ChangeCounterBits(SystemRegisterSlot slot, ulong mask, bool set)
    {
        CountPerformance();
        mask &= ReachableBits;
        ref ulong bits = ref Register(slot);
        bits = set ? bits | mask : bits & ~mask;
        UpdatePerformance();
    }

    /// <summary>PMEVCNTRn_EL0; counts must be exact.</summary>
    internal ulong ReadEventCount(int counter)
    {
        CountPerformance();
        return counter < ReachableCounters ? Register(SystemRegisterSlot.PmevcntrEl0 + counter) : 0;
    }

    /// <summary>Writes PMEVCNTRn_EL0.</summary>
    internal void WriteEventCount(int counter, ulong value)
    {
        if (counter < ReachableCounters)
        {
            CountPerformance();
            Register(SystemRegisterSlot.PmevcntrEl0 + counter) = (uint)value;
            UpdatePerformance();
        }
    }

    /// <summary>PMEVTYPERn_EL0.</summary>
    internal ulong ReadEventType(int counter) => counter < ReachableCounters ? Register(SystemRegisterSlot.PmevtyperEl0 + counter) : 0;

    /// <summary>Writes PMEVTYPERn_EL0.</summary>
    internal void WriteEventType(int counter, ulong value)
    {
        if (counter < ReachableCounters)
        {
            CountPerformance();
            Register(SystemRegisterSlot.PmevtyperEl0 + counter) = value & 0xfe00_ffff;
            UpdatePerformance();
        }
    }

    /// <summary>Writes PMCCFILTR_EL0.</summary>
    internal void WriteCycleFilter(ulong value)
    {
        CountPerformance();
        Register(SystemRegisterSlot.PmccfiltrEl0) = value & 0xfc00_0000;
        UpdatePerformance();
    }

    /// <summary>PMSWINC_EL0: an event for each counter named.</summary>
    internal void IncrementCounters(ulong mask)
    {
        CountPerformance();
        CountEvent(PerformanceEvent.SoftwareIncrement, mask & ReachableBits);
        UpdatePerformance();
    }
}
