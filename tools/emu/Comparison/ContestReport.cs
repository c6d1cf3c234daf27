using System.Globalization;
using System.Text.Json;

namespace Emulator.Tool.Comparison;

/// <summary>Writes down how contests went.</summary>
internal static class ContestReport
{
    /// <summary>A table of one contest for a person: medians, and how they stand to the reference.</summary>
    public static void WriteTable(TextWriter output, Contest contest)
    {
        output.WriteLine(contest.Title);
        output.WriteLine(Line("", "median", "fastest", "slowest", contest.Contestants.Any(c => contest.RatioOf(c) is not null) ? "ratio" : ""));
        foreach (Contestant contestant in contest.Contestants)
        {
            output.WriteLine(Line(
                contestant.Title,
                Milliseconds(contestant.Median),
                Milliseconds(contestant.Seconds.Min()),
                Milliseconds(contestant.Seconds.Max()),
                contest.RatioOf(contestant) is { } ratio ? Number(ratio, "0.00") + "x" : ""));
        }

        foreach ((string name, double figure) in contest.Figures)
        {
            output.WriteLine($"  {name}: {Number(figure, figure < 100 ? "0.0" : "0")}");
        }

        output.WriteLine();
    }

    /// <summary>The geometric means of the ratios of those who took part everywhere or nearly.</summary>
    public static void WriteMeans(TextWriter output, IReadOnlyList<Contest> contests)
    {
        foreach ((string key, double mean, int count) in Means(contests))
        {
            output.WriteLine($"geometric mean of {count}, {key}: {Number(mean, "0.00")}x the time, {Number(1 / mean, "0.00")} times the speed");
        }
    }

    /// <summary>All of it as JSON.</summary>
    public static void WriteJson(string file, IReadOnlyList<Contest> contests)
    {
        using FileStream stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("geometricMean");
        foreach ((string key, double mean, _) in Means(contests))
        {
            json.WriteNumber(key, mean);
        }

        json.WriteEndObject();
        foreach (Contest contest in contests)
        {
            json.WriteStartObject(contest.Key);
            WriteMembers(json, contest);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, Contest contest)
    {
        foreach (Contestant contestant in contest.Contestants)
        {
            json.WriteStartObject(contestant.Key);
            json.WriteNumber("medianSeconds", contestant.Median);
            if (contest.RatioOf(contestant) is { } ratio)
            {
                json.WriteNumber("ratio", ratio);
            }

            json.WriteStartArray("seconds");
            contestant.Seconds.ForEach(json.WriteNumberValue);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteStartObject("figures");
        foreach ((string name, double figure) in contest.Figures)
        {
            json.WriteNumber(name, figure);
        }

        json.WriteEndObject();
    }

    private static IEnumerable<(string Key, double Mean, int Count)> Means(IReadOnlyList<Contest> contests) =>
        from contest in contests
        from contestant in contest.Contestants
        where contestant.Key != contestant.Reference
        let ratio = contest.RatioOf(contestant)
        where ratio is not null
        group ratio.Value by contestant.Key into ratios
        select (ratios.Key, Math.Exp(ratios.Average(Math.Log)), ratios.Count());

    private static string Milliseconds(double seconds) => Number(seconds * 1000, "0.0") + " ms";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Line(string title, string median, string fastest, string slowest, string ratio) =>
        $"  {title,-46}{median,12}{fastest,12}{slowest,12}{ratio,9}";
}
