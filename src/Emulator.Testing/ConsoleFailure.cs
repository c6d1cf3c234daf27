using Emulator.Timing;

namespace Emulator.Testing;

/// <summary>Where a guest stood when an expectation was not met.</summary>
/// <param name="Pattern">What was expected.</param>
/// <param name="Tail">The last lines the guest printed.</param>
/// <param name="MachineState">Per CPU its PC with symbol, last exception and what it waits for.</param>
/// <param name="VirtualTime">The machine's clock.</param>
public sealed record ConsoleFailure(string Pattern, string Tail, string MachineState, VirtualTime VirtualTime)
{
    private const int TailLines = 25;

    /// <summary>Several lines for a person: pattern, state and the console's tail, control characters made visible.</summary>
    public string Describe()
    {
        string[] lines = Tail.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        IEnumerable<string> tail = lines.TakeLast(TailLines).Select(line => "  | " + Visible(line));
        return $"""
              expected: {Pattern}
              at {VirtualTime}: {string.Join("\n  ", MachineState.TrimEnd().Split('\n'))}
              console's last lines:
            {string.Join('\n', tail)}
            """;
    }

    /// <summary>One short line.</summary>
    public override string ToString() => $"'{Pattern}' not met at {VirtualTime}";

    private static string Visible(string line) =>
        string.Concat(line.Select(c => char.IsControl(c) && c != '\t' ? $"\\x{(int)c:x2}" : c.ToString()));
}
