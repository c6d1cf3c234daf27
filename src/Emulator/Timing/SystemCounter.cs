namespace Emulator.Timing;

/// <summary>The system counter: counts at a fixed frequency from the machine's start. It has no state, as it is a function of the time.</summary>
internal sealed class SystemCounter
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Creates a counter.</summary>
    /// <param name="frequency">Ticks per second, 1 to 10 GHz: below, products of a part of a second and the frequency fit into 64 bits.</param>
    public SystemCounter(long frequency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frequency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frequency, 10_000_000_000);
        Frequency = (ulong)frequency;
    }

    /// <summary>Ticks per second.</summary>
    public ulong Frequency { get; }

    /// <summary>The count at an instant, rounded down.</summary>
    /// <param name="instant">The instant.</param>
    public ulong CountAt(VirtualTime instant)
    {
        (ulong seconds, ulong rest) = Math.DivRem((ulong)instant.Nanoseconds, NanosecondsPerSecond);
        return (seconds * Frequency) + (rest * Frequency / NanosecondsPerSecond);
    }

    /// <summary>The first instant at which the counter shows a count, or <see cref="VirtualTime.Never"/> past the end of time.</summary>
    /// <param name="count">The count.</param>
    public VirtualTime FirstInstantOf(ulong count)
    {
        (ulong seconds, ulong rest) = Math.DivRem(count, Frequency);
        ulong nanoseconds = ((rest * NanosecondsPerSecond) + Frequency - 1) / Frequency;
        return seconds >= (ulong)long.MaxValue / NanosecondsPerSecond
            ? VirtualTime.Never
            : new VirtualTime((long)((seconds * NanosecondsPerSecond) + nanoseconds));
    }
}
