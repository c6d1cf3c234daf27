using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Emulator.Testing;

/// <summary>Waits for text on a machine's console.</summary>
public static class ConsoleExpectations
{
    /// <summary>
    /// Runs the machine on the caller's thread until a pattern matches what it has printed since the previous match. The pattern is
    /// tried after every byte, and the machine stops at the byte that completes the match; nothing later has been printed.
    /// </summary>
    /// <param name="console">The console.</param>
    /// <param name="pattern">A .NET regular expression on Latin-1 text; <c>^</c> and <c>$</c> match at lines. <see cref="Regex.Escape"/> makes one of any text.</param>
    /// <param name="options">Limits; <see cref="ExpectOptions.Default"/> if null.</param>
    /// <returns>The match; further sending and expecting chains on it.</returns>
    /// <exception cref="ArgumentException">The pattern is no regular expression.</exception>
    /// <exception cref="ConsoleTimeoutException">A limit was reached first.</exception>
    /// <exception cref="GuestHaltedException">The guest switched itself off, reset itself or locked up first.</exception>
    /// <exception cref="KnownBadOutputException">The guest printed that it has died.</exception>
    /// <exception cref="OperationCanceledException"><see cref="ExpectOptions.Cancellation"/> was signalled.</exception>
    public static ConsoleMatch Expect(
        this MachineConsole console, [StringSyntax(StringSyntaxAttribute.Regex)] string pattern, ExpectOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return console.Expect(ConsoleMatcher.CreatePattern(pattern), options);
    }

    /// <summary>The same with an expression whose options the caller has chosen.</summary>
    /// <param name="console">The console.</param>
    /// <param name="pattern">The expression, tried on Latin-1 text.</param>
    /// <param name="options">Limits; <see cref="ExpectOptions.Default"/> if null.</param>
    /// <returns>The match; further sending and expecting chains on it.</returns>
    /// <exception cref="ConsoleTimeoutException">A limit was reached first.</exception>
    /// <exception cref="GuestHaltedException">The guest switched itself off, reset itself or locked up first.</exception>
    /// <exception cref="KnownBadOutputException">The guest printed that it has died.</exception>
    /// <exception cref="OperationCanceledException"><see cref="ExpectOptions.Cancellation"/> was signalled.</exception>
    public static ConsoleMatch Expect(this MachineConsole console, Regex pattern, ExpectOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(pattern);
        return new Expectation(console, pattern, options ?? ExpectOptions.Default).Meet();
    }
}
