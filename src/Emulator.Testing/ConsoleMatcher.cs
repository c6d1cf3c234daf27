using System.Text.RegularExpressions;

namespace Emulator.Testing;

/// <summary>
/// Tries a pattern after every byte of output on what came since the matcher was made, so that the shortest text that matches is
/// the one that is found.
/// </summary>
/// <remarks>
/// Searching a growing log after each of its bytes would cost its length squared. A match that appears with a byte must end at this
/// byte, because shorter text did not match. So nearly every pattern is asked the other way round: does a match end here? Read from
/// right to left, that question is settled by the last few characters. Patterns that look ahead or back at their own captures
/// (look-around, word boundaries, back references, atomic groups, conditionals) cannot be turned round; they are searched forward, in a window.
/// </remarks>
internal sealed partial class ConsoleMatcher
{
    /// <summary>How far back a match may reach, in bytes.</summary>
    internal const int Window = 1 << 20;

    /// <summary>How far back a match may reach when its pattern can only be searched forward.</summary>
    internal const int ForwardWindow = 1 << 14;

    private readonly Regex? _endsHere;
    private char[] _text = new char[256];
    private int _count;

    /// <summary>Creates a matcher that has seen nothing.</summary>
    /// <param name="pattern">What to look for, on Latin-1 text.</param>
    internal ConsoleMatcher(Regex pattern)
    {
        Pattern = pattern;
        _endsHere = TurnRound(pattern);
    }

    /// <summary>What is looked for.</summary>
    internal Regex Pattern { get; }

    /// <summary>The match, once <see cref="Append"/> has returned true.</summary>
    internal Match? Match { get; private set; }

    /// <summary>Creates the pattern that a text stands for.</summary>
    /// <param name="pattern">A .NET regular expression; <c>^</c> and <c>$</c> match at lines.</param>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    internal static Regex CreatePattern(string pattern) => new(pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant);

    /// <summary>Takes one byte more.</summary>
    /// <param name="value">The byte.</param>
    /// <returns>True when the pattern matches now.</returns>
    internal bool Append(byte value)
    {
        if (_count == _text.Length)
        {
            MakeRoom();
        }

        _text[_count++] = (char)value;
        if (_endsHere is not null)
        {
            return _endsHere.IsMatch(_text.AsSpan(0, _count)) && Confirm(0);
        }

        int start = Math.Max(0, _count - ForwardWindow);
        return Pattern.IsMatch(_text.AsSpan(start, _count - start)) && Confirm(start);
    }

    // Reading direction decides what captures hold, so the match that callers see is the one of the pattern as written.
    private bool Confirm(int start)
    {
        Match match = Pattern.Match(new string(_text, start, _count - start));
        if (!match.Success)
        {
            return false;
        }

        Match = match;
        return true;
    }

    private void MakeRoom()
    {
        if (_count >= 2 * Window)
        {
            _text.AsSpan(_count - Window, Window).CopyTo(_text);
            _count = Window;
        }
        else
        {
            Array.Resize(ref _text, 2 * _text.Length);
        }
    }

    private static Regex? TurnRound(Regex pattern)
    {
        string text = pattern.ToString();
        if (pattern.Options.HasFlag(RegexOptions.RightToLeft) || ForwardOnly().IsMatch(text))
        {
            return null;
        }

        RegexOptions options = (pattern.Options & ~(RegexOptions.NonBacktracking | RegexOptions.Compiled)) | RegexOptions.RightToLeft;
        string comment = pattern.Options.HasFlag(RegexOptions.IgnorePatternWhitespace) ? "\n" : "";
        try
        {
            return new Regex($"(?:{text}{comment})\\z", options);
        }
        catch (ArgumentException)
        {
            // A comment switched on inside the pattern swallows the closing parenthesis.
            return null;
        }
    }

    [GeneratedRegex(@"\\[bBG1-9k]|\(\?(?:[=!>(]|<[=!]|<\w*-|'\w*-)")]
    private static partial Regex ForwardOnly();
}
