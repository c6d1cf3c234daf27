using Emulator.Interrupts;

namespace Emulator.Timing;

/// <summary>The interrupts of a CPU's timers.</summary>
/// <param name="SecurePhysical">CNTPS, PPI 29 by convention.</param>
/// <param name="Physical">CNTP, PPI 30 by convention.</param>
/// <param name="Virtual">CNTV, PPI 27 by convention.</param>
/// <param name="Hypervisor">CNTHP, PPI 26 by convention.</param>
public sealed record GenericTimerLines(IInterruptLine SecurePhysical, IInterruptLine Physical, IInterruptLine Virtual, IInterruptLine Hypervisor)
{
    /// <summary>CNTHV, PPI 28 by convention; only CPUs with <see cref="GenericTimerOptions.HasHost"/> have it.</summary>
    public IInterruptLine? HypervisorVirtual { get; init; }
}
