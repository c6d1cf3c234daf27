using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Lockstep;

/// <summary>The leader's power controller, whose answers are noted.</summary>
internal sealed class RecordingPowerController(IPowerController power, LeaderLog log) : IPowerController
{
    private const int NoSuchCpu = -1;

    /// <summary>The answer that a log's outcome stands for.</summary>
    public static CpuPowerState? StateOf(int outcome) => outcome == NoSuchCpu ? null : (CpuPowerState)outcome;

    /// <inheritdoc/>
    public CpuPowerState? QueryCpu(ulong affinity)
    {
        CpuPowerState? state = power.QueryCpu(affinity);
        log.Add(new LeaderEvent(LeaderEventKind.PowerQuery, 0, affinity, Outcome: state is { } known ? (int)known : NoSuchCpu));
        return state;
    }

    /// <inheritdoc/>
    public void TurnCpuOn(ulong affinity, ulong entry, ulong context) => power.TurnCpuOn(affinity, entry, context);

    /// <inheritdoc/>
    public void TurnCpuOff(Processor processor) => power.TurnCpuOff(processor);

    /// <inheritdoc/>
    public void TurnSystemOff() => power.TurnSystemOff();

    /// <inheritdoc/>
    public void ResetSystem() => power.ResetSystem();
}
