using Emulator.Timing;

namespace Emulator.Testing;

/// <summary>Where a guest stood when it did not do what was expected.</summary>
/// <param name="Pattern">What it was expected to print, or null if nothing.</param>
/// <param name="Tail">The last lines it printed.</param>
/// <param name="MachineState">Per CPU its PC with symbol, last exception and what it waits for; and the virtual time.</param>
/// <param name="VirtualTime">The machine's clock.</param>
public sealed record ConsoleFailure(string? Pattern, string Tail, string MachineState, VirtualTime VirtualTime)
{
    private const int TailLines = 25;

    /// <summary>Several lines for a person: pattern, state and the console's tail, control characters made visible.</summary>
    public string Describe()
    {
        IEnumerable<string> state = MachineState.TrimEnd().Split('\n');
        IEnumerable<string> tail = Tail.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').TakeLast(TailLines).Select(Visible);
        IEnumerable<string> lines =
        [
            .. Pattern is null ? Enumerable.Empty<string>() : [$"expected: {Pattern}"],
            .. state,
            "console's last lines:",
            .. tail.Select(line => "| " + line),
        ];
        return string.Join('\n', lines.Select(line => "  " + line));
    }

    /// <summary>One short line.</summary>
    public override string ToString() => $"'{Pattern}' not met at {VirtualTime}";

    private static string Visible(string line) =>
        string.Concat(line.Select(c => char.IsControl(c) && c != '\t' ? $"\\x{(int)c:x2}" : c.ToString()));
}
