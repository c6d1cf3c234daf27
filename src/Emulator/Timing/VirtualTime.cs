namespace Emulator.Timing;

/// <summary>An instant of the machine's clock, in nanoseconds since its start. It knows nothing of the host's time.</summary>
/// <param name="Nanoseconds">Nanoseconds since the machine's start.</param>
public readonly record struct VirtualTime(long Nanoseconds) : IComparable<VirtualTime>
{
    /// <summary>The machine's start.</summary>
    public static VirtualTime Zero => default;

    /// <summary>Later than every deadline: a timer armed for it is not armed.</summary>
    public static VirtualTime Never => new(long.MaxValue);

    /// <summary>Seconds since the machine's start.</summary>
    public double Seconds => Nanoseconds / 1e9;

    /// <summary>The instant <paramref name="span"/> after the start.</summary>
    /// <param name="span">Time since the start.</param>
    public static VirtualTime FromTimeSpan(TimeSpan span) => new(span.Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>The instant a number of nanoseconds later; stays at <see cref="Never"/> instead of overflowing.</summary>
    /// <param name="nanoseconds">Nanoseconds to add, not negative.</param>
    public VirtualTime After(long nanoseconds) =>
        nanoseconds >= long.MaxValue - Nanoseconds ? Never : new(Nanoseconds + nanoseconds);

    /// <inheritdoc/>
    public int CompareTo(VirtualTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Compares two instants.</summary>
    /// <param name="left">One instant.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(VirtualTime left, VirtualTime right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>Compares two instants.</summary>
    /// <param name="left">One instant.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(VirtualTime left, VirtualTime right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>Compares two instants.</summary>
    /// <param name="left">One instant.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(VirtualTime left, VirtualTime right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>Compares two instants.</summary>
    /// <param name="left">One instant.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(VirtualTime left, VirtualTime right) => left.Nanoseconds >= right.Nanoseconds;

    /// <inheritdoc/>
    public override string ToString() => Seconds.ToString("F9", System.Globalization.CultureInfo.InvariantCulture) + " s";
}
