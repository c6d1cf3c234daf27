using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>
/// The performance monitors, PMUv3, with the events of <see cref="PerformanceEvent"/>.
/// </summary>
internal static partial class SystemRegisterTable
{
    private const SystemRegisterTraps PerformanceTrap = SystemRegisterTraps.Performance;

    // The event counters that a CPU has are numbered from 0; each Cortex core here has six.
    private const int EventCounters = 6;

    private static IEnumerable<SystemRegister> Performance()
    {
        yield return new("PMINTENSET_EL1", 3, 0, 9, 14, 1, 1)
        {
            Traps = PerformanceTrap, Read = p => p.ReadCounterBits(SystemRegisterSlot.PmintenEl1), Write = (p, value) => p.ChangeCounterBits(SystemRegisterSlot.PmintenEl1, value, set: true),
        };
        yield return new("PMINTENCLR_EL1", 3, 0, 9, 14, 2, 1)
        {
            Traps = PerformanceTrap, Read = p => p.ReadCounterBits(SystemRegisterSlot.PmintenEl1), Write = (p, value) => p.ChangeCounterBits(SystemRegisterSlot.PmintenEl1, value, set: false),
        };
        yield return new("PMCR_EL0", 3, 3, 9, 12, 0, 0)
        {
            Slot = SystemRegisterSlot.PmcrEl0, Traps = PerformanceTrap | SystemRegisterTraps.PerformanceControl, Reset = m => m.PerformanceControl,
            Read = p => p.PerformanceControl, Write = (p, value) => p.WritePerformanceControl(value),
        };
        yield return new("PMCNTENSET_EL0", 3, 3, 9, 12, 1, 0)
        {
            Traps = PerformanceTrap, Read = p => p.ReadCounterBits(SystemRegisterSlot.PmcntenEl0), Write = (p, value) => p.ChangeCounterBits(SystemRegisterSlot.PmcntenEl0, value, set: true),
        };
        yield return new("PMCNTENCLR_EL0", 3, 3, 9, 12, 2, 0)
        {
            Traps = PerformanceTrap, Read = p => p.ReadCounterBits(SystemRegisterSlot.PmcntenEl0), Write = (p, value) => p.ChangeCounterBits(SystemRegisterSlot.PmcntenEl0, value, set: false),
        };
        yield return new("PMOVSCLR_EL0", 3, 3, 9, 12, 3, 0)
        {
            Traps = PerformanceTrap, Read = p => p.ReadCounterBits(SystemRegisterSlot.PmovsEl0), Write = (p, value) => p.ChangeCounterBits(SystemRegisterSlot.PmovsEl0, value, set: false),
        };
        yield return new("PMSWINC_EL0", 3, 3, 9, 12, 4, 0, RegisterAccess.WriteOnly)
        {
            Traps = PerformanceTrap | SystemRegisterTraps.PerformanceIncrement, Write = (p, value) => p.IncrementCounters(value),
        };
        yield return new("PMSELR_EL0", 3, 3, 9, 12, 5, 0)
        {
            Slot = SystemRegisterSlot.PmselrEl0, Traps = PerformanceTrap | SystemRegisterTraps.PerformanceEventRead | SystemRegisterTraps.PerformanceEventSelect, Writable = 0x1f,
        };
        yield return new("PMCEID0_EL0", 3, 3, 9, 12, 6, 0, RegisterAccess.ReadOnly) { Traps = PerformanceTrap, Reset = _ => PerformanceEvents.All & uint.MaxValue };
        yield return new("PMCEID1_EL0", 3, 3, 9, 12, 7, 0, RegisterAccess.ReadOnly) { Traps = PerformanceTrap, Reset = _ => PerformanceEvents.All >> 32 };
        yield return new("PMCCNTR_EL0", 3, 3, 9, 13, 0, 0)
        {
            Traps = PerformanceTrap | SystemRegisterTraps.PerformanceCycleRead, Read = p => p.CycleCount, Write = (p, value) => p.CycleCount = value,
        };
        yield return new("PMXEVTYPER_EL0", 3, 3, 9, 13, 1, 0)
        {
            Traps = PerformanceTrap, Read = p => p.SelectedEventType, Write = (p, value) => p.SelectedEventType = value,
        };
        yield return new("PMXEVCNTR_EL0", 3, 3, 9, 13, 2, 0)
        {
            Traps = PerformanceTrap | SystemRegisterTraps.PerformanceEventRead, Read = p => p.SelectedEventCount, Write = (p, value) => p.SelectedEventCount = value,
        };
        yield return new("PMUSERENR_EL0", 3, 3, 9, 14, 0, 0)
        {
            Slot = SystemRegisterSlot.PmuserenrEl0, Traps = SystemRegisterTraps.PerformanceAlways, WriteLevel = 1, Writable = 0xf,
        };
        yield return new("PMOVSSET_EL0", 3, 3, 9, 14, 3, 0)
        {
            Traps = PerformanceTrap, Read = p => p.ReadCounterBits(SystemRegisterSlot.PmovsEl0), Write = (p, value) => p.ChangeCounterBits(SystemRegisterSlot.PmovsEl0, value, set: true),
        };
        yield return new("PMCCFILTR_EL0", 3, 3, 14, 15, 7, 0)
        {
            Slot = SystemRegisterSlot.PmccfiltrEl0, Traps = PerformanceTrap, Write = (p, value) => p.WriteCycleFilter(value),
        };
        for (int n = 0; n < EventCounters; n++)
        {
            int counter = n;
            yield return new($"PMEVCNTR{n}_EL0", 3, 3, 14, 8 + (n >> 3), n & 7, 0)
            {
                Traps = PerformanceTrap | SystemRegisterTraps.PerformanceEventRead,
                Read = p => p.ReadEventCount(counter), Write = (p, value) => p.WriteEventCount(counter, value),
            };
            yield return new($"PMEVTYPER{n}_EL0", 3, 3, 14, 12 + (n >> 3), n & 7, 0)
            {
                Traps = PerformanceTrap, Read = p => p.ReadEventType(counter), Write = (p, value) => p.WriteEventType(counter, value),
            };
        }
    }
}
