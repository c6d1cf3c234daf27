using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>The tables of <c>docs/conformance.md</c> and <c>docs/conformance-instructions.md</c> as a run finds them.</summary>
internal static partial class ConformanceReport
{
    /// <summary>The name of the table of instructions.</summary>
    public const string InstructionsFile = "conformance-instructions.md";

    private const string NotAsked = "-";

    /// <summary>A line for each group of instructions.</summary>
    public static string Groups(IReadOnlyDictionary<A64Opcode, RowResult> unicorn, IReadOnlyDictionary<A64Opcode, RowResult> qemu)
    {
        var text = new StringBuilder();
        text.AppendLine("| group | rows | rows with libunicorn | cases | without exception | known differences | rows with qemu-aarch64 | cases | without exception | known differences |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (IGrouping<A64Group, A64Row> group in A64Table.Rows.GroupBy(row => row.Group))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {group.Key} | {group.Count()} |{Sum(group, unicorn)}{Sum(group, qemu)}");
        }

        return text.ToString();
    }

    /// <summary>A line for each instruction.</summary>
    public static string Instructions(
        IReadOnlyDictionary<A64Opcode, RowResult> unicorn, IReadOnlyDictionary<A64Opcode, RowResult> qemu, IReadOnlyDictionary<A64Opcode, int> translator)
    {
        var text = new StringBuilder();
        text.AppendLine("# Cases of each instruction");
        text.AppendLine();
        text.AppendLine("Each row of `a64.decode`, what a CPU must have for it, and how many random cases of it have left the same state here and on an oracle. A run of the tests");
        text.AppendLine($"writes this table; `{NotAsked}` is an oracle that is not asked. [conformance.md](conformance.md) says how they are compared, and what covers rows that neither is asked about.");
        text.AppendLine("The last column counts those cases that ran as code of the translator too, with the same result; 0 is an instruction that it leaves to the interpreter.");
        foreach (IGrouping<A64Group, A64Row> group in A64Table.Rows.GroupBy(row => row.Group))
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {group.Key}").AppendLine();
            text.AppendLine("| instruction | mnemonic | needs | libunicorn | qemu-aarch64 | translator |");
            text.AppendLine("|---|---|---|---|---|---|");
            foreach (A64Row row in group)
            {
                string ofUnicorn = Count(row, unicorn, OracleChoice.IsComparedWithUnicorn(row) || OracleChoice.IsComparedWithKeys(row));
                string ofQemu = Count(row, qemu, OracleChoice.IsComparedWithQemu(row));
                text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Name} | {Mnemonics(row.MnemonicPattern)} | {row.Feature} | {ofUnicorn} | {ofQemu} | {translator.GetValueOrDefault(row.Opcode)} |");
            }
        }

        return text.ToString();
    }

    /// <summary>The table of instructions without its counts.</summary>
    public static string WithoutCounts(string table) => CountCell().Replace(table, " n |");

    private static string Count(A64Row row, IReadOnlyDictionary<A64Opcode, RowResult> results, bool isAsked) =>
        !isAsked ? NotAsked : (results.TryGetValue(row.Opcode, out RowResult? result) ? result.Agreed : 0).ToString(CultureInfo.InvariantCulture);

    private static string Sum(IEnumerable<A64Row> rows, IReadOnlyDictionary<A64Opcode, RowResult> results)
    {
        List<RowResult> compared = [.. rows.Where(row => results.ContainsKey(row.Opcode)).Select(row => results[row.Opcode])];
        return string.Create(
            CultureInfo.InvariantCulture,
            $" {compared.Count} | {compared.Sum(r => r.Agreed)} | {compared.Sum(r => r.Completed)} | {compared.Sum(r => r.Explained)} |");
    }

    // LD{opcode:4,,1,...} is LD4, LD1, ...
    private static string Mnemonics(string pattern)
    {
        Match choice = ChosenPart().Match(pattern);
        return choice.Success
            ? string.Join(", ", choice.Groups["parts"].Value.Split(',').Distinct().Select(part => pattern.Replace(choice.Value, part, StringComparison.Ordinal)))
            : pattern;
    }

    [GeneratedRegex(@"\{[^:}]*:(?<parts>[^}]*)\}")]
    private static partial Regex ChosenPart();

    [GeneratedRegex(@" \d+ \|(?=( (\d+|-) \|){0,2}\r?$)", RegexOptions.Multiline)]
    private static partial Regex CountCell();
}
