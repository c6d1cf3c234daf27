using System.Globalization;
using System.Text.RegularExpressions;

namespace Emulator.Tool.CommandLine;

/// <summary>Reads option values, and says which option is wrong when one is.</summary>
internal static partial class Values
{
    /// <summary>Cuts at commas; a doubled one is a comma of a name.</summary>
    public static string[] Parts(string text) => [.. text.Replace(",,", "\0", StringComparison.Ordinal).Split(',').Select(part => part.Replace('\0', ','))];

    /// <summary>Reads a size: <c>256M</c>, <c>1G</c>, <c>65536K</c>; a bare number is in MiB, as on QEMU.</summary>
    public static ulong Size(string option, string text)
    {
        Match match = SizePattern().Match(text);
        if (match.Success && ulong.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            int shift = match.Groups[2].Value.ToUpperInvariant() switch { "K" => 10, "G" => 30, "T" => 40, _ => 20 };
            if (number > 0 && number <= ulong.MaxValue >> shift)
            {
                return number << shift;
            }
        }

        throw new UsageException($"{option}: '{text}' is no size; write for instance 256M or 1G");
    }

    /// <summary>Reads a size in whole MiB that has limits.</summary>
    public static ulong Size(string option, string text, ulong smallest, ulong largest) =>
        Size(option, text) is var size && size >= smallest && size <= largest && size % (1UL << 20) == 0
            ? size
            : throw new UsageException($"{option}: '{text}' is not from {smallest >> 20}M to {largest >> 20}M in whole MiB");

    /// <summary>Reads a count.</summary>
    public static long Count(string option, string text, long smallest, long largest = long.MaxValue) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= smallest && value <= largest
            ? value
            : throw new UsageException(largest == long.MaxValue
                ? $"{option}: '{text}' is no whole number of at least {smallest}"
                : $"{option}: '{text}' is no whole number from {smallest} to {largest}");

    /// <summary>Reads a number of seconds, more than zero.</summary>
    public static TimeSpan Seconds(string option, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds > 0 && seconds <= 4e9
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"{option}: '{text}' is no number of seconds more than 0");

    /// <summary>Reads a 64-bit number, decimal or with <c>0x</c>.</summary>
    public static ulong Number(string option, string text)
    {
        bool isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return ulong.TryParse(
            isHexadecimal ? text.AsSpan(2) : text,
            isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out ulong value)
            ? value
            : throw new UsageException($"{option}: '{text}' is no number from 0 to {ulong.MaxValue}");
    }

    /// <summary>Reads a date in ISO 8601; UTC unless it says otherwise.</summary>
    public static DateTimeOffset Date(string option, string text) =>
        IsoDatePattern().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset value)
            ? value
            : throw new UsageException($"{option}: '{text}' is no ISO 8601 date; write for instance 2024-01-01T00:00:00Z");

    /// <summary>Reads one of some words.</summary>
    public static string OneOf(string option, string text, params ReadOnlySpan<string> words) =>
        words.Contains(text) ? text : throw new UsageException($"{option}: '{text}' is not known; use {string.Join(", ", words)}");

    [GeneratedRegex(@"^([0-9]+)([KMGTkmgt]?)$")]
    private static partial Regex SizePattern();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:?\d{2})?)?$")]
    private static partial Regex IsoDatePattern();
}
