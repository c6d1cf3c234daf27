using Emulator.Cpu.System;
using Emulator.Interrupts;

namespace Emulator.Cpu;

/// <summary>
/// Counting. What comes with every instruction is taken from the count of retired ones whenever somebody looks or a condition changes, and costs nothing in between; a cycle is an
/// instruction of this CPU. Events that only some instructions give make execution go one by one, as debugging does. Exceptions other than calls are no instructions.
/// </summary>
internal sealed unsafe partial class Processor
{
    private const ulong EventMask = 0xffff;
    private const int CyclesPerDivided = 64;

    // MDCR_EL2.HPME.
    private const ulong HypervisorPerformanceEnable = 1 << 7;

    private ulong _cycles;
    private int _cycleFraction;

    // Everything up to here is in the counters.
    private long _countedUpTo;

    // Counters that count each instruction now, and those that count some.
    private ulong _countsEvery;
    private ulong _countsSome;
    private bool _overflowLevel;

    /// <summary>The interrupt of an overflow, a level; null when nothing listens.</summary>
    public IInterruptLine? PerformanceOverflow { get; set; }

    /// <summary>The count of retired instructions at which the next overflow raises its interrupt, as things are; the largest number when none will.</summary>
    public long NextOverflow
    {
        get
        {
            if (_countsEvery == 0 || Register(SystemRegisterSlot.PmintenEl1) == 0)
            {
                return long.MaxValue;
            }

            ulong watched = _countsEvery & Register(SystemRegisterSlot.PmintenEl1) & ~Register(SystemRegisterSlot.PmovsEl0);
            ulong nearest = long.MaxValue;
            for (int n = 0; watched != 0 && n <= CycleCounter; n++)
            {
                nearest = ((watched >> n) & 1) != 0 ? Math.Min(nearest, UntilOverflow(n)) : nearest;
            }

            // A counter that counts the overflows of the one below.
            for (int n = 1; n < Model.EventCounters; n += 2)
            {
                bool isWatched = ((Register(SystemRegisterSlot.PmintenEl1) >> n) & 1) != 0 && ((_countsEvery >> (n - 1)) & 1) != 0
                    && EventOf(n) == (ulong)PerformanceEvent.Chain;
                nearest = isWatched ? Math.Min(nearest, UntilOverflow(n - 1)) : nearest;
            }

            return nearest > long.MaxValue - (ulong)_countedUpTo ? long.MaxValue : _countedUpTo + (long)nearest;
        }
    }

    /// <summary>Brings the counters up to date; counts must be exact. The machine calls it before it runs a CPU on, and when it turns to another.</summary>
    public void CountPerformance() => CountPerformance(0);

    /// <summary>The CPU's turn begins: what others have executed meanwhile is not its own.</summary>
    public void ResumePerformance() => _countedUpTo = State->Retired;

    // As above, with an instruction that is about to be counted as retired.
    private void CountPerformance(long more)
    {
        long count = State->Retired + more - _countedUpTo;
        if (count <= 0)
        {
            return;
        }

        _countedUpTo += count;
        if (_countsEvery == 0)
        {
            return;
        }

        for (int n = 0; n < Model.EventCounters; n++)
        {
            if (((_countsEvery >> n) & 1) != 0)
            {
                AddEvents(n, (ulong)count);
            }
        }

        if ((_countsEvery & CycleCounterBit) != 0)
        {
            AddCycles((ulong)count);
        }

        UpdateOverflow();
    }

    // Recomputes which counters count: after a change of level, and of any register behind it. Everything before must be counted.
    private void UpdatePerformance()
    {
        ulong enabled = Register(SystemRegisterSlot.PmcntenEl0);
        ulong every = 0;
        ulong some = 0;
        for (int n = 0; enabled != 0 && n < Model.EventCounters; n++)
        {
            if (((enabled >> n) & 1) != 0 && IsOn(n) && !IsFiltered(Register(SystemRegisterSlot.PmevtyperEl0 + n)) && !IsEventCountingProhibited)
            {
                ulong events = PerformanceEvents.Of(EventOf(n));
                every |= (events & PerformanceEvents.EveryInstruction) != 0 ? 1UL << n : 0;
                some |= (events & PerformanceEvents.SomeInstructions) != 0 ? 1UL << n : 0;
            }
        }

        const ulong DisableWhenProhibited = 1 << 5;
        bool cyclesStop = IsEventCountingProhibited && (Register(SystemRegisterSlot.PmcrEl0) & DisableWhenProhibited) != 0;
        if ((enabled & CycleCounterBit) != 0 && IsOn(CycleCounter) && !IsFiltered(Register(SystemRegisterSlot.PmccfiltrEl0)) && !cyclesStop)
        {
            every |= CycleCounterBit;
        }

        bool isOther = every != _countsEvery || some != _countsSome;
        _countsEvery = every;
        _countsSome = some;
        if (isOther)
        {
            UpdateDebug();
        }

        UpdateOverflow();
        if (every != 0 && Register(SystemRegisterSlot.PmintenEl1) != 0)
        {
            // The machine has to find the next overflow anew.
            RequestExit();
        }
    }

    // An instruction has been executed by itself.
    private void CountInstruction(uint instruction, bool isTaken)
    {
        ulong events = PerformanceEvents.OfInstruction(instruction, isTaken);
        for (int n = 0; n < Model.EventCounters; n++)
        {
            if (((_countsSome >> n) & 1) != 0 && (events & PerformanceEvents.Of(EventOf(n))) != 0)
            {
                AddEvents(n, 1);
            }
        }

        UpdateOverflow();
    }

    // An event that no instruction's word tells of.
    private void CountEvent(PerformanceEvent performanceEvent, ulong counters = ulong.MaxValue)
    {
        counters &= Register(SystemRegisterSlot.PmcntenEl0);
        if ((counters & ~CycleCounterBit) == 0 || IsEventCountingProhibited)
        {
            return;
        }

        for (int n = 0; n < Model.EventCounters; n++)
        {
            if (((counters >> n) & 1) != 0 && IsOn(n) && EventOf(n) == (ulong)performanceEvent && !IsFiltered(Register(SystemRegisterSlot.PmevtyperEl0 + n)))
            {
                AddEvents(n, 1);
            }
        }

        UpdateOverflow();
    }

    private ulong EventOf(int counter) => Register(SystemRegisterSlot.PmevtyperEl0 + counter) & EventMask;

    private void AddEvents(int counter, ulong count)
    {
        ref ulong value = ref Register(SystemRegisterSlot.PmevcntrEl0 + counter);
        ulong sum = value + count;
        value = (uint)sum;
        ulong overflows = sum >> 32;
        if (overflows == 0)
        {
            return;
        }

        Register(SystemRegisterSlot.PmovsEl0) |= 1UL << counter;
        int next = counter + 1;
        bool isChained = (counter & 1) == 0 && next < Model.EventCounters && ((Register(SystemRegisterSlot.PmcntenEl0) >> next) & 1) != 0
            && IsOn(next) && EventOf(next) == (ulong)PerformanceEvent.Chain;
        if (isChained)
        {
            AddEvents(next, overflows);
        }
    }

    private void AddCycles(ulong count)
    {
        if (IsDivided)
        {
            ulong total = (ulong)_cycleFraction + count;
            _cycleFraction = (int)(total % CyclesPerDivided);
            count = total / CyclesPerDivided;
        }

        ulong before = _cycles;
        _cycles += count;
        bool overflows = IsLong ? _cycles < before : count > uint.MaxValue || (uint)_cycles < (uint)before;
        Register(SystemRegisterSlot.PmovsEl0) |= overflows ? CycleCounterBit : 0;
    }

    private ulong UntilOverflow(int counter)
    {
        if (counter != CycleCounter)
        {
            return (1UL << 32) - Register(SystemRegisterSlot.PmevcntrEl0 + counter);
        }

        if (IsLong)
        {
            return _cycles == 0 ? ulong.MaxValue : 0 - _cycles;
        }

        ulong rest = (1UL << 32) - (uint)_cycles;
        return IsDivided ? (rest * CyclesPerDivided) - (ulong)_cycleFraction : rest;
    }

    // PMCR_EL0.LC: PMCCNTR_EL0 overflows at 64 bits; D divides it by 64 otherwise.
    private bool IsLong => (Register(SystemRegisterSlot.PmcrEl0) & (1 << 6)) != 0;

    private bool IsDivided => !IsLong && (Register(SystemRegisterSlot.PmcrEl0) & (1 << 3)) != 0;

    // PMCR_EL0.E, or MDCR_EL2.HPME for the counters that are EL2's.
    private bool IsOn(int counter)
    {
        bool isOfEl2 = counter != CycleCounter && Model.HasEl2 && counter >= FirstCounterOfEl2;
        return isOfEl2 ? (Register(SystemRegisterSlot.MdcrEl2) & HypervisorPerformanceEnable) != 0 : (Register(SystemRegisterSlot.PmcrEl0) & PerformanceEnable) != 0;
    }

    // MDCR_EL3.SPME permits events to be counted in the secure state.
    private bool IsEventCountingProhibited => IsSecure && (Register(SystemRegisterSlot.MdcrEl3) & (1 << 17)) == 0;

    // P, U, NSK, NSU, NSH and M of PMEVTYPERn_EL0 and PMCCFILTR_EL0.
    private bool IsFiltered(ulong filter)
    {
        bool p = (filter & (1UL << 31)) != 0;
        bool u = (filter & (1UL << 30)) != 0;
        bool nsk = (filter & (1UL << 29)) != 0;
        bool nsu = (filter & (1UL << 28)) != 0;
        bool nsh = (filter & (1UL << 27)) != 0;
        bool m = (filter & (1UL << 26)) != 0;
        bool isNonSecure = Model.HasEl3 && !IsSecure;
        return State->ExceptionLevel switch
        {
            0 => isNonSecure ? u != nsu : u,
            1 => isNonSecure ? p != nsk : p,
            2 => !nsh,
            _ => p != m,
        };
    }

    private void UpdateOverflow()
    {
        ulong ofEl2 = Model.HasEl2 ? ~((1UL << FirstCounterOfEl2) - 1) & ~CycleCounterBit : 0;
        ulong on = ((Register(SystemRegisterSlot.PmcrEl0) & PerformanceEnable) != 0 ? ~ofEl2 : 0)
            | ((Register(SystemRegisterSlot.MdcrEl2) & HypervisorPerformanceEnable) != 0 ? ofEl2 : 0);
        bool level = (Register(SystemRegisterSlot.PmovsEl0) & Register(SystemRegisterSlot.PmintenEl1) & on) != 0;
        if (level != _overflowLevel)
        {
            _overflowLevel = level;
            PerformanceOverflow?.Set(level);
        }
    }
}
