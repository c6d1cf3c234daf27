namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>
/// How long a side looks at the rings before it sleeps. Each wait, slept or not, says whether looking would have paid: so a side whose peer has become quick again finds that out, also when both have slept each time.
/// </summary>
internal sealed class PollingRule
{
    /// <summary>Nobody looks longer than this: about ten times what it takes to sleep and to be woken.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMicroseconds(50);

    /// <summary>As long as one looks who has not looked at all; half of it is not worth it.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMicroseconds(10);

    /// <summary>How long to look.</summary>
    public TimeSpan Patience { get; private set; } = Longest;

    /// <summary>Something came that was not found by looking.</summary>
    /// <param name="waited">How long after the wait had begun.</param>
    public void Slept(TimeSpan waited)
    {
        if (waited > Longest)
        {
            Patience = Patience > Shortest ? Patience / 2 : TimeSpan.Zero;
        }
        else
        {
            TimeSpan longer = Patience * 2;
            Patience = longer < Shortest ? Shortest : longer < Longest ? longer : Longest;
        }
    }
}
