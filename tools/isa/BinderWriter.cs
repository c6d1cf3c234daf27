namespace Emulator.IsaGenerator;

/// <summary>Writes the interpreter's dispatch from a row to the method that binds its semantics.</summary>
internal static class BinderWriter
{
    /// <summary>Writes the file.</summary>
    public static string Write(InstructionTable table)
    {
        var code = new CodeWriter("Emulator.Cpu.Interpreter", "Emulator.Cpu.Isa");
        code.Block("internal static unsafe partial class Binder", () =>
        {
            code.Line("/// <summary>Turns an instruction word into an operation.</summary>");
            code.Line("/// <param name=\"opcode\">The word's row.</param>");
            code.Line("/// <param name=\"instruction\">The word.</param>");
            code.Line("/// <param name=\"operation\">Receives the operation.</param>");
            code.Line("/// <returns>False where the word is not allocated, or has no semantics yet: UNDEFINED.</returns>");
            code.Block("internal static bool Bind(A64Opcode opcode, uint instruction, DecodedOperation* operation)", () =>
            {
                foreach (string group in table.Groups)
                {
                    string last = table.Rows.Last(row => row.Group == group).Name;
                    code.Block($"if (opcode <= A64Opcode.{last})", () => code.Line($"return Bind{group}(opcode, instruction, operation);"));
                    code.Line();
                }

                code.Line("return false;");
            });
            foreach (string group in table.Groups)
            {
                code.Line();
                WriteGroup(code, group, [.. table.Rows.Where(row => row.Group == group && !row.Pending)]);
            }
        });
        return code.ToString();
    }

    private static void WriteGroup(CodeWriter code, string group, InstructionRow[] rows)
    {
        code.Block($"private static bool Bind{group}(A64Opcode opcode, uint instruction, DecodedOperation* operation)", () =>
        {
            if (rows.Length == 0)
            {
                code.Line("return false;");
                return;
            }

            code.Block("switch (opcode)", () =>
            {
                foreach (InstructionRow row in rows)
                {
                    IEnumerable<string> arguments = row.Fields
                        .Select(field => $"(instruction >> {field.Shift}) & 0x{(1u << field.Width) - 1:x}")
                        .Prepend("operation");
                    code.Line($"case A64Opcode.{row.Name}:");
                    code.Indent(() => code.Line($"return {row.Name}({string.Join(", ", arguments)});"));
                }

                code.Line("default:");
                code.Indent(() => code.Line("return false;"));
            });
        });
    }
}
