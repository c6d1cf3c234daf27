using System.Globalization;
using System.Text;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>The table of <c>docs/conformance.md</c> as a run finds it.</summary>
internal static class ConformanceReport
{
    /// <summary>Writes it beside the test results and into the output.</summary>
    public static void Write(IReadOnlyDictionary<A64Opcode, RowResult> results)
    {
        string text = Markdown(results);
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "artifacts");
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "conformance-cpu.md");
        File.WriteAllText(path, text);
        TestContext.Progress.WriteLine(text);
        TestContext.Progress.WriteLine($"written to {path}");
    }

    private static string Markdown(IReadOnlyDictionary<A64Opcode, RowResult> results)
    {
        var text = new StringBuilder();
        IFormatProvider culture = CultureInfo.InvariantCulture;
        text.AppendLine("| group | rows | compared | cases | without exception | known differences met | not comparable | pending |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (IGrouping<A64Group, A64Row> group in A64Table.Rows.GroupBy(row => row.Group))
        {
            List<RowResult> compared = [.. group.Where(row => results.ContainsKey(row.Opcode)).Select(row => results[row.Opcode])];
            text.AppendLine(
                culture,
                $"| {group.Key} | {group.Count()} | {compared.Count} | {compared.Sum(r => r.Agreed)} | {compared.Sum(r => r.Completed)} "
                + $"| {compared.Sum(r => r.Explained)} | {group.Count(row => NotComparable.Rows.ContainsKey(row.Opcode))} | {group.Count(row => row.Pending)} |");
        }

        return text.ToString();
    }
}
