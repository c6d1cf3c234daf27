namespace Emulator.IsaGenerator;

/// <summary>Writes the enumerations: rows, groups.</summary>
internal static class EnumWriter
{
    /// <summary>Writes the file.</summary>
    public static string Write(InstructionTable table)
    {
        var code = new CodeWriter("Emulator.Cpu.Isa");
        code.Line("/// <summary>The rows of the instruction table.</summary>");
        code.Block("internal enum A64Opcode : ushort", () =>
        {
            code.Line("/// <summary>No row: the word is not allocated.</summary>");
            code.Line("Undefined = 0,");
            foreach (InstructionRow row in table.Rows)
            {
                code.Line($"{row.Name},");
            }
        });
        code.Line();
        Write(code, "A64Group", "The groups of the instruction table.", table.Groups);
        return code.ToString();
    }

    private static void Write(CodeWriter code, string name, string summary, IEnumerable<string> members)
    {
        code.Line($"/// <summary>{summary}</summary>");
        code.Block($"internal enum {name} : byte", () =>
        {
            foreach (string member in members)
            {
                code.Line($"{member},");
            }
        });
    }
}
