namespace Emulator.BootTests.UBoot;

/// <summary>One exchange with U-Boot: what is typed, and the text after which the next may be.</summary>
/// <param name="Name">What the answer is found by: the command, or what happens.</param>
/// <param name="Input">What is typed; empty for nothing.</param>
/// <param name="Until">A regular expression for how the answer ends; null when it ends with the machine.</param>
internal sealed record UBootStep(string Name, string Input, string? Until)
{
    /// <summary>The prompt.</summary>
    public const string Prompt = @"^=> \z";

    private const string Countdown = @"stop autoboot: +\d+ \z";

    /// <summary>From power-on, or from a reset, to the countdown.</summary>
    public static UBootStep Start { get; } = new("start", "", Countdown);

    /// <summary>The countdown is stopped.</summary>
    public static UBootStep StopCountdown { get; } = new("stop the countdown", " ", Prompt);

    /// <summary>A line is typed at the prompt, and the prompt comes again.</summary>
    public static UBootStep Command(string command) => new(command, command + "\r", Prompt);

    /// <summary>Something is typed that resets the machine.</summary>
    public static UBootStep Reset(string name, string input) => new(name, input, Countdown);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
