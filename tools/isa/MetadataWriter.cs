namespace Emulator.IsaGenerator;

/// <summary>Writes the rows as data, for the disassembler and tests.</summary>
internal static class MetadataWriter
{
    /// <summary>Writes the file.</summary>
    public static string Write(InstructionTable table)
    {
        var code = new CodeWriter("Emulator.Cpu.Isa", "Emulator.Cpu.Features");
        code.Block("internal static partial class A64Table", () =>
        {
            code.Line("private static A64Row[] CreateRows() =>");
            code.Line("[");
            code.Indent(() =>
            {
                foreach (InstructionRow row in table.Rows)
                {
                    Write(code, row);
                }
            });
            code.Line("];");
        });
        return code.ToString();
    }

    private static void Write(CodeWriter code, InstructionRow row)
    {
        string fields = string.Join(", ", row.Fields.Select(field => $"new(\"{field.Name}\", {field.Shift}, {field.Width})"));
        string exclusions = string.Join(", ", row.Exclusions.Select(excluded => $"(0x{excluded.Mask:x8}, 0x{excluded.Value:x8})"));
        code.Line($"new(A64Opcode.{row.Name}, \"{row.Mnemonic}\", A64Group.{row.Group}, CpuFeature.{row.Feature},");
        code.Indent(() => code.Line(
            $"0x{row.Pattern.Mask:x8}, 0x{row.Pattern.Value:x8}, [{fields}], [{exclusions}], {(row.Pending ? "true" : "false")}, {Condition(row)}, {Within(row)}),"));
    }

    private static string Condition(InstructionRow row) =>
        row.Condition is { } condition ? $"(0x{condition.Pattern.Mask:x8}, 0x{condition.Pattern.Value:x8}, CpuFeature.{condition.Feature})" : "null";

    private static string Within(InstructionRow row) => $"A64Opcode.{row.Within ?? "Undefined"}";
}
