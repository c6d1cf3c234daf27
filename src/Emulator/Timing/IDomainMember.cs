namespace Emulator.Timing;

/// <summary>A machine as a <see cref="ClockDomain"/> sees it.</summary>
internal interface IDomainMember
{
    /// <summary>Its clock.</summary>
    IMachineClock Clock { get; }

    /// <summary>The earliest instant at which it can do anything of its own accord; <see cref="VirtualTime.Never"/> while it waits for others alone.</summary>
    VirtualTime NextActivity { get; }

    /// <summary>Runs to an instant. A member that only waits lets time pass; that is no lock-up here.</summary>
    /// <param name="until">How far, never <see cref="VirtualTime.Never"/>.</param>
    /// <param name="cancellation">Ends the run early.</param>
    StopReason RunUntil(VirtualTime until, CancellationToken cancellation);
}
