using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Emulator.InteropTests.Qtest;

/// <summary>Which registers a comparison touched, in which way and how often, and what it found.</summary>
internal sealed class ComparisonReport(
    ComparedDevice device,
    IReadOnlyList<DeviceScript> scripts,
    IReadOnlyList<int> explained,
    IReadOnlyList<Difference> unexplained)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Writes the report beside the test results, as Markdown and as JSON, and into the test's output.</summary>
    public void Publish()
    {
        List<RegisterCoverage> coverage = Coverage();
        string markdown = Markdown(coverage);
        TestContext.Out.WriteLine(markdown);
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "qtest");
        Directory.CreateDirectory(folder);
        Attach(Path.Combine(folder, $"{device.Name}.md"), markdown);
        var json = new
        {
            device = device.Name,
            scripts = scripts.Select(s => new { name = s.Name, steps = s.Steps.Count }),
            registers = coverage,
            knownDifferences = device.KnownDifferences.Select((k, i) => new { reason = k.Reason, met = explained[i] }),
            unexplained = unexplained.Select(d => d.ToString()),
        };
        Attach(Path.Combine(folder, $"{device.Name}.json"), JsonSerializer.Serialize(json, s_json));
    }

    private static void Attach(string path, string text)
    {
        File.WriteAllText(path, text);
        TestContext.AddTestAttachment(path);
    }

    private static string Widths(IEnumerable<DeviceStep> steps) =>
        string.Join(' ', steps.Select(s => s.Size).Distinct().Order());

    private List<RegisterCoverage> Coverage()
    {
        List<DeviceStep> accesses = [.. scripts.SelectMany(s => s.Steps).Where(s => s.Kind != StepKind.SetLine)];
        List<RegisterCoverage> coverage = [];
        foreach (IGrouping<(ulong Offset, string Name), DeviceStep> group in accesses.GroupBy(KeyOf).OrderBy(g => g.Key.Offset))
        {
            List<DeviceStep> reads = [.. group.Where(s => s.Kind == StepKind.Read)];
            List<DeviceStep> writes = [.. group.Where(s => s.Kind == StepKind.Write)];
            coverage.Add(new RegisterCoverage(
                $"0x{group.Key.Offset:x3}", group.Key.Name, reads.Count, Widths(reads), writes.Count, Widths(writes), group.Select(s => s.Offset).Distinct().Count()));
        }

        return coverage;
    }

    private (ulong Offset, string Name) KeyOf(DeviceStep step) =>
        device.Registers.FirstOrDefault(r => r.Contains(step.Offset)) is { } register ? (register.Offset, register.Name) : (step.Offset & ~0xffful, "(undeclared)");

    private string Markdown(List<RegisterCoverage> coverage)
    {
        var text = new StringBuilder();
        IFormatProvider culture = CultureInfo.InvariantCulture;
        text.AppendLine(culture, $"# {device.Name} compared with QEMU");
        text.AppendLine();
        text.AppendLine(culture, $"{scripts.Sum(s => s.Steps.Count)} steps in {scripts.Count} scripts: {string.Join(", ", scripts.Select(s => s.Name))}.");
        text.AppendLine();
        text.AppendLine("| offset | register | offsets touched | reads | widths | writes | widths |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        foreach (RegisterCoverage row in coverage)
        {
            text.AppendLine(culture, $"| {row.Offset} | {row.Register} | {row.Offsets} | {row.Reads} | {row.ReadWidths} | {row.Writes} | {row.WriteWidths} |");
        }

        text.AppendLine();
        text.AppendLine("| explained difference | times met |");
        text.AppendLine("|---|---|");
        for (int i = 0; i < explained.Count; i++)
        {
            text.AppendLine(culture, $"| {device.KnownDifferences[i].Reason} | {explained[i]} |");
        }

        text.AppendLine();
        text.AppendLine(culture, $"Unexplained differences: {unexplained.Count}.");
        return text.ToString();
    }
}
