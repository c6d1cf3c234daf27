using System.Globalization;

namespace Emulator.Tool.Reporting;

/// <summary>Writes quantities as people read them.</summary>
internal static class Quantity
{
    private const string Prefixes = "pnµm kMGTPE";
    private static readonly int s_one = Prefixes.IndexOf(' ');

    /// <summary>A value with its unit, in steps of a thousand: <c>20 µs</c>, <c>1.5 MB</c>.</summary>
    /// <param name="value">The value, not negative.</param>
    /// <param name="unit">Its unit; without one, and for percent, nothing is smaller than one.</param>
    public static string Format(double value, string unit)
    {
        bool hasParts = unit.Length > 0 && unit != "%";
        int prefix = s_one;
        double scaled = value;
        while (scaled >= 999.5 && prefix < Prefixes.Length - 1 && unit != "%")
        {
            scaled /= 1000;
            prefix++;
        }

        while (hasParts && scaled > 0 && scaled < 0.9995 && prefix > 0)
        {
            scaled *= 1000;
            prefix--;
        }

        string digits = scaled.ToString(scaled >= 100 ? "0" : scaled >= 10 ? "0.#" : scaled >= 1 ? "0.##" : "0.###", CultureInfo.InvariantCulture);
        string suffix = (prefix == s_one ? "" : Prefixes[prefix].ToString()) + unit;
        return suffix.Length == 0 || suffix == "%" ? digits + suffix : $"{digits} {suffix}";
    }

    /// <summary>A duration in nanoseconds.</summary>
    public static string Duration(double nanoseconds) => Format(nanoseconds * 1e-9, "s");

    /// <summary>A number with thin spaces between thousands.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u2009');
}
