namespace Emulator.IsaGenerator;

/// <summary>Writes which feature each row needs, as data that costs no start-up time.</summary>
internal static class FeatureWriter
{
    private const int PerLine = 8;

    /// <summary>Writes the file.</summary>
    public static string Write(InstructionTable table)
    {
        var code = new CodeWriter("Emulator.Cpu.Isa", "Emulator.Cpu.Features");
        code.Block("internal static partial class A64Features", () =>
        {
            Write(code, "CpuFeature", "ByOpcode", table.Rows.Select(row => $"CpuFeature.{row.Feature}").Prepend($"CpuFeature.{InstructionRow.BaseFeature}"));
            code.Line();
            Write(code, "A64Opcode", "Within", table.Rows.Select(row => $"A64Opcode.{row.Within ?? "Undefined"}").Prepend("A64Opcode.Undefined"));
            code.Line();
            WriteConditions(code, table);
        });
        return code.ToString();
    }

    private static void Write(CodeWriter code, string type, string name, IEnumerable<string> values)
    {
        code.Line($"private static ReadOnlySpan<{type}> {name} =>");
        code.Line("[");
        code.Indent(() =>
        {
            foreach (string[] line in values.Chunk(PerLine))
            {
                code.Line(string.Join(", ", line) + ",");
            }
        });
        code.Line("];");
    }

    private static void WriteConditions(CodeWriter code, InstructionTable table)
    {
        code.Block("private static CpuFeature OfWord(A64Opcode opcode, uint instruction)", () =>
        {
            code.Block("switch (opcode)", () =>
            {
                foreach (FeatureCondition condition in table.Conditions)
                {
                    foreach (InstructionRow row in table.Rows.Where(row => row.Condition == condition))
                    {
                        code.Line($"case A64Opcode.{row.Name}:");
                    }

                    code.Indent(() => code.Line(
                        $"return (instruction & 0x{condition.Pattern.Mask:x8}) == 0x{condition.Pattern.Value:x8} ? CpuFeature.{condition.Feature} : ByOpcode[(int)opcode];"));
                }

                code.Line("default:");
                code.Indent(() => code.Line("return ByOpcode[(int)opcode];"));
            });
        });
    }
}
