using Emulator.Timing;

namespace Emulator;

/// <summary>A machine as a member of a clock domain.</summary>
internal sealed class MachineDomainMember : IDomainMember
{
    private readonly Machine _machine;
    private readonly ClockDomain _domain;
    private long _maxInstructions = long.MaxValue;

    /// <summary>Makes a machine fit for a domain: from now on, waiting for others is no lock-up.</summary>
    public MachineDomainMember(Machine machine, ClockDomain domain)
    {
        _machine = machine;
        _domain = domain;
    }

    /// <inheritdoc/>
    public IMachineClock Clock => _machine.Clock;

    /// <inheritdoc/>
    public VirtualTime NextActivity =>
        _machine.Scheduler.HasWork || _machine.Devices.Consoles.Any(console => console.NeedsPump) ? _machine.Clock.Now : _machine.Clock.NextDeadline;

    /// <summary>True for a member of that domain.</summary>
    public bool IsIn(ClockDomain domain) => _domain == domain;

    /// <inheritdoc/>
    public StopReason RunUntil(VirtualTime until, CancellationToken cancellation) =>
        _machine.RunAlone(new RunLimits { MaxInstructions = _maxInstructions, Until = until }, cancellation);

    /// <summary>Runs all machines of the domain until this one's run ends. The count of instructions that limits it is this machine's.</summary>
    public StopReason RunWithOthers(in RunLimits limits, CancellationToken cancellation)
    {
        _maxInstructions = limits.MaxInstructions;
        try
        {
            return _domain.Run(limits.Until, this, cancellation);
        }
        finally
        {
            _maxInstructions = long.MaxValue;
        }
    }

    /// <summary>The others go on without it.</summary>
    public void Leave() => _domain.Leave(this);
}
