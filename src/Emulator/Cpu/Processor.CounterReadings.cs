using Emulator.Cpu.System;
using Emulator.Interrupts;
using Emulator.Timing;

namespace Emulator.Cpu;

/// <summary>Readings of the system counter, which generated code makes by itself as long as nothing traps them and nobody looks for polling loops.</summary>
internal sealed unsafe partial class Processor
{
    private CounterClock? _counter;

    /// <summary>What generated code computes counts from; null when it must not.</summary>
    public CounterClock? Counter
    {
        get => _counter;
        set
        {
            _counter = value;
            State->InstructionTime = value?.NanosecondsPerInstruction ?? 0;
            State->TickShift = value?.Shift ?? 0;
            ForgetCounters();
        }
    }

    /// <summary>Generated code is going to be run up to a count.</summary>
    public void PrepareCounters(long limit)
    {
        if (_counter is not null)
        {
            State->TimeAtLimit = _counter.TimeAfter(limit - State->Retired);
        }
    }

    // Something was read that the CPU does not hold itself.
    private void NoteBankRead(ushort register, SystemRegisterResult result, ulong value)
    {
        switch (register)
        {
            case TimerSystemRegister.Frequency when result == SystemRegisterResult.Ok && _counter is not null:
                State->CounterFrequency = value;
                break;
            case TimerSystemRegister.PhysicalCount:
                NoteCount(ref State->PhysicalCount, result, value);
                break;
            case TimerSystemRegister.VirtualCount:
                NoteCount(ref State->VirtualCount, result, value);
                break;
        }
    }

    // Those that generated code might have made itself count as if it had, so that both engines look for loops at the same instructions.
    private void NoteCount(ref CounterReadings readings, SystemRegisterResult result, ulong value)
    {
        if (readings.Left > 0)
        {
            readings.Left--;
            return;
        }

        Polls?.NotePoll(State, readings.Granted + 1);
        readings = default;
        if (result == SystemRegisterResult.Ok && _counter is not null)
        {
            readings.Granted = Polls?.Unseen ?? long.MaxValue;
            readings.Left = readings.Granted;
            readings.Offset = _counter.Count - value;
        }
    }

    private void ForgetCounters()
    {
        State->PhysicalCount.Granted = State->PhysicalCount.Left = 0;
        State->VirtualCount.Granted = State->VirtualCount.Left = 0;
        State->CounterFrequency = 0;
    }
}
