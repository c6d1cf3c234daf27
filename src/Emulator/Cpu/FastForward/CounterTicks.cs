namespace Emulator.Cpu.FastForward;

/// <summary>The system counter seen from instructions: which stretches last a whole number of ticks, so that each reading after one is that before it and the same number more.</summary>
internal sealed class CounterTicks
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly int _nanosecondsPerInstruction;
    private readonly long _period;
    private readonly long _ticksPerPeriod;

    /// <summary>Creates the relation.</summary>
    /// <param name="frequency">Ticks per second.</param>
    /// <param name="nanosecondsPerInstruction">How long an instruction takes.</param>
    public CounterTicks(long frequency, int nanosecondsPerInstruction)
    {
        long divisor = GreatestCommonDivisor(frequency, NanosecondsPerSecond);
        _nanosecondsPerInstruction = nanosecondsPerInstruction;
        _period = NanosecondsPerSecond / divisor;
        _ticksPerPeriod = frequency / divisor;
    }

    /// <summary>True when so many instructions last a whole number of ticks.</summary>
    public bool IsWhole(long instructions) => (WideInteger)instructions * _nanosecondsPerInstruction % _period == 0;

    /// <summary>Ticks in a stretch that <see cref="IsWhole"/>.</summary>
    public long TicksIn(long instructions) => (long)((WideInteger)instructions * _nanosecondsPerInstruction / _period * _ticksPerPeriod);

    private static long GreatestCommonDivisor(long left, long right) => right == 0 ? left : GreatestCommonDivisor(right, left % right);
}
