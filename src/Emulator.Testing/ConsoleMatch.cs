using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Emulator.Testing;

/// <summary>Text that was expected and has come. Further sending and expecting chains on it.</summary>
public sealed class ConsoleMatch
{
    internal ConsoleMatch(MachineConsole console, Match match)
    {
        Console = console;
        Match = match;
    }

    /// <summary>The console.</summary>
    public MachineConsole Console { get; }

    /// <summary>The match with its groups.</summary>
    public Match Match { get; }

    /// <summary>The text that matched.</summary>
    public string Value => Match.Value;

    /// <summary>What the guest printed after the previous match and before this one: the answer to a command when the prompt is expected.</summary>
    public string Before => Match.Result("$`");

    /// <summary>Types text, as <see cref="MachineConsole.Send(string)"/>.</summary>
    /// <param name="text">Latin-1 text, sent as it is.</param>
    /// <returns>The console.</returns>
    public MachineConsole Send(string text) => Console.Send(text);

    /// <summary>Types a line, as <see cref="MachineConsole.SendLine"/>.</summary>
    /// <param name="text">Latin-1 text.</param>
    /// <returns>The console.</returns>
    public MachineConsole SendLine(string text = "") => Console.SendLine(text);

    /// <summary>Waits for the next text, as <see cref="ConsoleExpectations.Expect(MachineConsole, string, ExpectOptions?)"/>.</summary>
    /// <param name="pattern">A .NET regular expression.</param>
    /// <param name="options">Limits.</param>
    public ConsoleMatch Expect([StringSyntax(StringSyntaxAttribute.Regex)] string pattern, ExpectOptions? options = null) =>
        Console.Expect(pattern, options);

    /// <summary>Waits for the next text, as <see cref="ConsoleExpectations.Expect(MachineConsole, Regex, ExpectOptions?)"/>.</summary>
    /// <param name="pattern">The expression.</param>
    /// <param name="options">Limits.</param>
    public ConsoleMatch Expect(Regex pattern, ExpectOptions? options = null) => Console.Expect(pattern, options);
}
