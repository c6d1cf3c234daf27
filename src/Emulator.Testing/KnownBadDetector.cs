using System.Text.RegularExpressions;

namespace Emulator.Testing;

/// <summary>Watches output for known-bad texts, except those that the expected pattern itself asks for.</summary>
internal sealed class KnownBadDetector
{
    private readonly KnownBadOutput _list;
    private readonly HashSet<string> _wanted;
    private readonly byte[] _recent;
    private long _count;

    internal KnownBadDetector(KnownBadOutput list, Regex expected)
    {
        _list = list;
        _recent = new byte[Math.Max(1, list.LongestText)];
        string literal = TryUnescape(expected.ToString());
        _wanted = [.. list.Texts.Where(text => literal.Contains(text, StringComparison.Ordinal) || expected.IsMatch(text))];
    }

    /// <summary>Takes one byte more.</summary>
    /// <param name="value">The byte.</param>
    /// <returns>The known-bad text that it completes, if any.</returns>
    internal string? Append(byte value)
    {
        _recent[_count++ % _recent.Length] = value;
        foreach (string text in _list.EndingWith(value))
        {
            if (EndsWith(text) && !_wanted.Contains(text))
            {
                return text;
            }
        }

        return null;
    }

    private bool EndsWith(string text)
    {
        if (text.Length > _count)
        {
            return false;
        }

        for (int i = 1; i <= text.Length; i++)
        {
            if (_recent[(_count - i) % _recent.Length] != text[^i])
            {
                return false;
            }
        }

        return true;
    }

    private static string TryUnescape(string pattern)
    {
        try
        {
            return Regex.Unescape(pattern);
        }
        catch (ArgumentException)
        {
            return pattern;
        }
    }
}
