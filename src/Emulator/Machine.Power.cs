using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Debugging;
using Emulator.Memory;
using Emulator.Timing;

namespace Emulator;

// Power and reset, by PSCI, by the board and by the host.
public sealed unsafe partial class Machine
{
    /// <inheritdoc/>
    CpuPowerState? IPowerController.QueryCpu(ulong affinity)
    {
        int cpu = FindCpu(affinity);
        return cpu < 0 ? null : _scheduler.IsOn(cpu) ? CpuPowerState.On : CpuPowerState.Off;
    }

    /// <inheritdoc/>
    void IPowerController.TurnCpuOn(ulong affinity, ulong entry, ulong context)
    {
        int cpu = FindCpu(affinity);
        Processor processor = _processors[cpu];
        processor.Start(entry, Math.Min(processor.Model.HighestLevel, 2), context);
        _scheduler.SetPower(cpu, on: true);
    }

    /// <inheritdoc/>
    void IPowerController.TurnCpuOff(Processor processor) => _scheduler.SetPower(processor.Index, on: false);

    /// <inheritdoc/>
    void IPowerController.TurnSystemOff() => SystemOff();

    /// <inheritdoc/>
    void IPowerController.ResetSystem() => SystemReset();

    private void PerformReset()
    {
        _trace?.Record(new TraceEvent { Kind = TraceEventKind.MachineReset, Time = Clock.Now, Source = TraceEvent.MachineSource });
        _devices.Reset(ResetKind.Warm);
        foreach (GenericTimer timer in _timers)
        {
            timer.Reset();
        }

        _scheduler.Reset();
        Start(memoryIsZero: false);
    }

    private void OnPowerRequested(bool reset)
    {
        if (reset)
        {
            SystemReset();
        }
        else
        {
            SystemOff();
        }
    }

    private void SystemOff()
    {
        _guestStop = StopReason.PowerOff;
        _scheduler.Interrupt();
    }

    private void SystemReset()
    {
        _resetRequested = true;
        _scheduler.Interrupt();
    }

    private int FindCpu(ulong affinity) => Array.FindIndex(_processors, p => p.Affinity == affinity);
}
