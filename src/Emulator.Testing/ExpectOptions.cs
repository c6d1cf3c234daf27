namespace Emulator.Testing;

/// <summary>How long an expectation may take, and what ends it early.</summary>
public sealed record ExpectOptions
{
    /// <summary>What is used when nothing is said: 60 s of virtual time, 60 s of host time, <see cref="KnownBadOutput.Default"/>.</summary>
    public static ExpectOptions Default { get; } = new();

    /// <summary>
    /// Limit of the machine's own time, counted from the call. Meeting it depends on the guest alone: a test that passes once passes always.
    /// </summary>
    public TimeSpan VirtualTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The watchdog: limit of the host's time, counted from the call, for guests that compute for ever. Make it generous: it does depend on the host's speed.
    /// <see cref="Timeout.InfiniteTimeSpan"/> switches it off.
    /// </summary>
    public TimeSpan HostTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Texts that fail the expectation at once, unless they are what is expected.</summary>
    public KnownBadOutput KnownBad { get; init; } = KnownBadOutput.Default;

    /// <summary>The host's clock, for the watchdog.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Ends the expectation early, with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }
}
