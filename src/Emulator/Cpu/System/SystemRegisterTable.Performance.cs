using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>
/// The performance monitors, PMUv3. The cycle counter counts retired instructions; the event counters are storage, and no event but the software increment
/// and the cycle counter itself is declared to exist.
/// </summary>
internal static partial class SystemRegisterTable
{
    private const SystemRegisterTraps PerformanceTrap = SystemRegisterTraps.Performance;

    // The event counters that a CPU has are numbered from 0; each Cortex core here has six.
    private const int EventCounters = 6;

    private const ulong CounterBits = (1UL << 31) | ((1UL << EventCounters) - 1);

    private static IEnumerable<SystemRegister> Performance()
    {
        yield return new("PMINTENSET_EL1", 3, 0, 9, 14, 1, 1)
        {
            Slot = SystemRegisterSlot.PmintenEl1, Traps = PerformanceTrap, Write = (p, value) => p.Register(SystemRegisterSlot.PmintenEl1) |= value & CounterBits,
        };
        yield return new("PMINTENCLR_EL1", 3, 0, 9, 14, 2, 1)
        {
            Slot = SystemRegisterSlot.PmintenEl1, Traps = PerformanceTrap, Write = (p, value) => p.Register(SystemRegisterSlot.PmintenEl1) &= ~value,
        };
        yield return new("PMCR_EL0", 3, 3, 9, 12, 0, 0)
        {
            Slot = SystemRegisterSlot.PmcrEl0, Traps = PerformanceTrap | SystemRegisterTraps.PerformanceControl, Reset = m => m.PerformanceControl,
            Write = (p, value) => p.WritePerformanceControl(value),
        };
        yield return new("PMCNTENSET_EL0", 3, 3, 9, 12, 1, 0)
        {
            Slot = SystemRegisterSlot.PmcntenEl0, Traps = PerformanceTrap, Write = (p, value) => p.WriteCounterEnable(p.Register(SystemRegisterSlot.PmcntenEl0) | (value & CounterBits)),
        };
        yield return new("PMCNTENCLR_EL0", 3, 3, 9, 12, 2, 0)
        {
            Slot = SystemRegisterSlot.PmcntenEl0, Traps = PerformanceTrap, Write = (p, value) => p.WriteCounterEnable(p.Register(SystemRegisterSlot.PmcntenEl0) & ~value),
        };
        yield return new("PMOVSCLR_EL0", 3, 3, 9, 12, 3, 0)
        {
            Slot = SystemRegisterSlot.PmovsEl0, Traps = PerformanceTrap, Write = (p, value) => p.Register(SystemRegisterSlot.PmovsEl0) &= ~value,
        };
        yield return new("PMSWINC_EL0", 3, 3, 9, 12, 4, 0, RegisterAccess.WriteOnly)
        {
            Traps = PerformanceTrap | SystemRegisterTraps.PerformanceIncrement, Write = (p, value) => p.IncrementCounters(value),
        };
        yield return new("PMSELR_EL0", 3, 3, 9, 12, 5, 0)
        {
            Slot = SystemRegisterSlot.PmselrEl0, Traps = PerformanceTrap | SystemRegisterTraps.PerformanceEventRead | SystemRegisterTraps.PerformanceEventSelect, Writable = 0x1f,
        };
        yield return new("PMCEID0_EL0", 3, 3, 9, 12, 6, 0, RegisterAccess.ReadOnly) { Traps = PerformanceTrap, Reset = _ => 0x2_0001 };
        yield return new("PMCEID1_EL0", 3, 3, 9, 12, 7, 0, RegisterAccess.ReadOnly) { Traps = PerformanceTrap };
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
            Slot = SystemRegisterSlot.PmovsEl0, Traps = PerformanceTrap, Write = (p, value) => p.Register(SystemRegisterSlot.PmovsEl0) |= value & CounterBits,
        };
        yield return new("PMCCFILTR_EL0", 3, 3, 14, 15, 7, 0) { Slot = SystemRegisterSlot.PmccfiltrEl0, Traps = PerformanceTrap, Writable = 0xfc00_0000 };
        for (int n = 0; n < EventCounters; n++)
        {
            yield return new($"PMEVCNTR{n}_EL0", 3, 3, 14, 8 + (n >> 3), n & 7, 0)
            {
                Slot = SystemRegisterSlot.PmevcntrEl0 + n, Traps = PerformanceTrap | SystemRegisterTraps.PerformanceEventRead, Writable = uint.MaxValue,
            };
            yield return new($"PMEVTYPER{n}_EL0", 3, 3, 14, 12 + (n >> 3), n & 7, 0)
            {
                Slot = SystemRegisterSlot.PmevtyperEl0 + n, Traps = PerformanceTrap, Writable = 0xfe00_ffff,
            };
        }
    }
}
