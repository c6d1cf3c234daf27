using Emulator.Timing;

namespace Emulator;

/// <summary>A machine as a member of a clock domain.</summary>
internal sealed class MachineDomainMember : IDomainMember
{
    private readonly Machine _machine;

    /// <summary>Makes a machine fit for a domain: from now on, waiting for others is no lock-up.</summary>
    public MachineDomainMember(Machine machine)
    {
        _machine = machine;
        machine.WaitsForOthers = true;
    }

    /// <inheritdoc/>
    public IMachineClock Clock => _machine.Clock;

    /// <inheritdoc/>
    public VirtualTime NextActivity =>
        _machine.Scheduler.HasWork || _machine.Devices.Consoles.Any(console => console.NeedsPump) ? _machine.Clock.Now : _machine.Clock.NextDeadline;

    /// <inheritdoc/>
    public StopReason RunUntil(VirtualTime until, CancellationToken cancellation) => _machine.Run(new RunLimits { Until = until }, cancellation);
}
