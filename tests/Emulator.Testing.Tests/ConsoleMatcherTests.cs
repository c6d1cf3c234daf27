using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Testing.Tests;

public sealed class ConsoleMatcherTests
{
    private static readonly string[] Patterns =
    [
        "ab", "a+b", "a.*b", "a[^c]*b", "^b", "b$", "^a$", "(a|b)c", "a{2,3}", "a*?b", "[ab]c", "ab?c", "(?i)AB", "c\\z", "\\Ab", "a\\Zb*",
        "(a)(b)?c", "\\bab", "a\\b", "a(?=b)", "a(?!b)", "(?<=a)b", "(?<!a)b", "(a)b\\1", "(?>a*)b", "(?<x>a)b\\k<x>", "(?(a)ab|c)", "", "(?s)a.c", "a|bc",
        "(?:a|ab)(?:c|bcd)", "$", "a$\nb", "(?x) a b # comment",
    ];

    [TestCaseSource(nameof(Patterns))]
    public void Agrees_with_searching_all_the_text_after_every_byte(string pattern)
    {
        Regex expression = ConsoleMatcher.CreatePattern(pattern);
        Gen<string> texts = Gen.Elements('a', 'b', 'c', '\n', ' ').ListOf().Select(letters => string.Concat(letters));

        Prop.ForAll(texts.ToArbitrary(), text => Assert.That(Find(expression, text), Is.EqualTo(FindPlainly(expression, text)))).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Options_that_exclude_reading_backwards_still_work()
    {
        Assert.That(Find(new Regex("a.c", RegexOptions.NonBacktracking), "xabc")?.Text, Is.EqualTo("abc"));
        Assert.That(Find(new Regex("ab", RegexOptions.RightToLeft), "xabc")?.Text, Is.EqualTo("ab"));
        Assert.That(Find(new Regex("a b #", RegexOptions.IgnorePatternWhitespace), "xabc")?.Text, Is.EqualTo("ab"));
    }

    [Test]
    public void Finds_text_after_a_long_log()
    {
        var matcher = new ConsoleMatcher(ConsoleMatcher.CreatePattern("^login: $"));
        byte[] line = Encoding.Latin1.GetBytes("[    0.000000] a line of a log that is quite as long as they are\n");
        for (int i = 0; i < (3 * ConsoleMatcher.Window / line.Length); i++)
        {
            foreach (byte value in line)
            {
                Assert.That(matcher.Append(value), Is.False);
            }
        }

        Assert.That("login: "u8.ToArray().Select(matcher.Append).ToArray(), Is.EqualTo(new[] { false, false, false, false, false, false, true }));
    }

    private static (int Length, int Index, string Text)? Find(Regex expression, string text)
    {
        var matcher = new ConsoleMatcher(expression);
        for (int i = 0; i < text.Length; i++)
        {
            if (matcher.Append((byte)text[i]))
            {
                return (i + 1, matcher.Match!.Index, matcher.Match.Value);
            }
        }

        return null;
    }

    private static (int Length, int Index, string Text)? FindPlainly(Regex expression, string text)
    {
        for (int length = 1; length <= text.Length; length++)
        {
            Match match = expression.Match(text[..length]);
            if (match.Success)
            {
                return (length, match.Index, match.Value);
            }
        }

        return null;
    }
}
