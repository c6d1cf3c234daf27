using System.Globalization;
using System.Text.Json;

namespace Emulator.Tool.Comparison;

/// <summary>Writes down how contests went.</summary>
internal static class ContestReport
{
    /// <summary>A table for a person: medians, and how they stand to the reference.</summary>
    public static void WriteTable(TextWriter output, IEnumerable<Contest> contests)
    {
        foreach (Contest contest in contests)
        {
            output.WriteLine(contest.Title);
            output.WriteLine(Line("", "median", "fastest", "slowest", contest.Reference is null ? "" : "ratio"));
            foreach (Contestant contestant in contest.Contestants)
            {
                output.WriteLine(Line(
                    contestant.Title,
                    Milliseconds(contestant.Median),
                    Milliseconds(contestant.Seconds.Min()),
                    Milliseconds(contestant.Seconds.Max()),
                    Ratio(contest, contestant) is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) + "x" : ""));
            }

            output.WriteLine();
        }
    }

    /// <summary>The same as JSON.</summary>
    /// <param name="file">The file.</param>
    /// <param name="contests">The contests.</param>
    /// <param name="figures">Single figures by name.</param>
    public static void WriteJson(string file, IEnumerable<Contest> contests, IReadOnlyDictionary<string, double> figures)
    {
        using FileStream stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        foreach ((string name, double figure) in figures)
        {
            json.WriteNumber(name, figure);
        }

        foreach (Contest contest in contests)
        {
            json.WriteStartObject(contest.Key);
            foreach (Contestant contestant in contest.Contestants)
            {
                json.WriteStartObject(contestant.Key);
                json.WriteNumber("medianSeconds", contestant.Median);
                if (Ratio(contest, contestant) is { } ratio)
                {
                    json.WriteNumber("ratio", ratio);
                }

                json.WriteStartArray("seconds");
                contestant.Seconds.ForEach(json.WriteNumberValue);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static double? Ratio(Contest contest, Contestant contestant) =>
        contest.Reference is { } reference ? contestant.Median / reference.Median : null;

    private static string Milliseconds(double seconds) => (seconds * 1000).ToString("0.0", CultureInfo.InvariantCulture) + " ms";

    private static string Line(string title, string median, string fastest, string slowest, string ratio) =>
        $"  {title,-46}{median,12}{fastest,12}{slowest,12}{ratio,9}";
}
