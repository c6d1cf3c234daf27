using System.Numerics;

namespace Emulator.Timing;

/// <summary>The system counter for who computes it from the count of retired instructions: virtual time shifted to the right, as a tick lasts a power of two of nanoseconds.</summary>
internal sealed class CounterClock
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly VirtualClock _clock;

    private CounterClock(VirtualClock clock, int shift)
    {
        _clock = clock;
        Shift = shift;
    }

    /// <summary>How long an instruction takes, in nanoseconds.</summary>
    public int NanosecondsPerInstruction => _clock.NanosecondsPerInstruction;

    /// <summary>Nanoseconds of a tick, as a power of two.</summary>
    public int Shift { get; }

    /// <summary>The physical count at this instant.</summary>
    public ulong Count => (ulong)_clock.Now.Nanoseconds >> Shift;

    /// <summary>Makes one, or gives null for a frequency whose ticks last another time.</summary>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="frequency">Of the counter, in Hz.</param>
    public static CounterClock? TryCreate(VirtualClock clock, long frequency)
    {
        (long tick, long rest) = Math.DivRem(NanosecondsPerSecond, frequency);
        return rest == 0 && BitOperations.IsPow2(tick) ? new CounterClock(clock, BitOperations.Log2((ulong)tick)) : null;
    }

    /// <summary>Virtual time so many instructions from now, in nanoseconds; it may wrap around.</summary>
    public long TimeAfter(long instructions) => _clock.Now.Nanoseconds + (instructions * _clock.NanosecondsPerInstruction);
}
