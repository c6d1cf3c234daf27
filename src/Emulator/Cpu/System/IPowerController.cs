namespace Emulator.Cpu.System;

/// <summary>Who switches CPUs and the machine on and off.</summary>
internal interface IPowerController
{
    /// <summary>What state a CPU is in.</summary>
    /// <param name="affinity">Aff3, Aff2, Aff1 and Aff0 as in MPIDR_EL1.</param>
    /// <returns>Null when there is no such CPU.</returns>
    CpuPowerState? QueryCpu(ulong affinity);

    /// <summary>Switches on a CPU that is off; it starts at the highest non-secure level, see <see cref="Processor.Start"/>.</summary>
    /// <param name="affinity">The CPU, which exists and is off.</param>
    /// <param name="entry">Where it starts.</param>
    /// <param name="context">What it finds in X0.</param>
    void TurnCpuOn(ulong affinity, ulong entry, ulong context);

    /// <summary>Switches off the CPU that asks. It does not come back to the instruction after the call.</summary>
    /// <param name="processor">The CPU.</param>
    void TurnCpuOff(Processor processor);

    /// <summary>Switches the machine off.</summary>
    void TurnSystemOff();

    /// <summary>Resets the machine.</summary>
    void ResetSystem();
}
