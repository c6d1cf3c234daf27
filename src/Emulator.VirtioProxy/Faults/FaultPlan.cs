namespace Emulator.VirtioProxy.Faults;

/// <summary>What goes wrong between a front end and its back end, by rules and counts: to see that a guest gets over it. The same plan does the same to the same messages.</summary>
/// <param name="Rules">The faults; the first that is for a message happens to it.</param>
public sealed record FaultPlan(IReadOnlyList<FaultRule> Rules)
{
    /// <summary>Chooses where a rule leaves it to chance.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The host's time that a message is late by. 200 ms unless given.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Reads rules with a + between them, see <see cref="FaultRule.Parse"/>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static FaultPlan Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new FaultPlan([.. text.Split('+').Select(FaultRule.Parse)]);
    }
}
