using System.Globalization;
using System.Text;

namespace Emulator.Tool.CommandLine;

/// <summary>Escapes in the text of <c>--send</c>.</summary>
internal static class Escapes
{
    /// <summary>
    /// Replaces <c>\n</c>, <c>\r</c>, <c>\t</c>, <c>\e</c> (Escape), <c>\0</c>, <c>\\</c> and <c>\xHH</c>. A backslash before anything else stands for itself.
    /// </summary>
    /// <exception cref="UsageException"><c>\x</c> lacks its two digits, or a character is not Latin-1.</exception>
    public static string Replace(string text)
    {
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c > byte.MaxValue)
            {
                throw new UsageException($"--send: '{c}' (U+{(int)c:X4}) is no Latin-1 character; write the bytes you mean as \\xHH");
            }

            if (c != '\\' || i + 1 == text.Length)
            {
                result.Append(c);
                continue;
            }

            char? escaped = text[i + 1] switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'e' => '\x1b',
                '0' => '\0',
                '\\' => '\\',
                'x' => Hexadecimal(text, i + 2),
                _ => null,
            };
            if (escaped is null)
            {
                result.Append(c);
                continue;
            }

            result.Append(escaped);
            i += text[i + 1] == 'x' ? 3 : 1;
        }

        return result.ToString();
    }

    private static char Hexadecimal(string text, int at) =>
        at + 2 <= text.Length && byte.TryParse(text.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            ? (char)value
            : throw new UsageException($"--send: \\x needs two hexadecimal digits in '{text}'");
}
