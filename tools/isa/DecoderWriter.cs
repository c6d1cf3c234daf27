namespace Emulator.IsaGenerator;

/// <summary>Writes the decoder: the decision tree as nested switches.</summary>
internal sealed class DecoderWriter
{
    // A method with more rows is divided, so that the just-in-time compiler meets only what a guest uses.
    private const int RowsPerMethod = 64;

    private readonly CodeWriter _code = new("Emulator.Cpu.Isa");
    private readonly Queue<(string Name, DecisionTree Tree)> _methods = new();

    private DecoderWriter()
    {
    }

    /// <summary>Writes the file.</summary>
    public static string Write(InstructionTable table)
    {
        var writer = new DecoderWriter();
        CodeWriter code = writer._code;
        code.Line("/// <summary>Finds the row of an instruction word.</summary>");
        code.Block("internal static class A64Decoder", () =>
        {
            code.Line("/// <summary>The row of a word, or <see cref=\"A64Opcode.Undefined\"/>.</summary>");
            code.Line("/// <param name=\"instruction\">The word.</param>");
            writer.WriteMethod("internal", "Decode", DecisionTree.Build(table.Rows));
            while (writer._methods.TryDequeue(out (string Name, DecisionTree Tree) method))
            {
                code.Line();
                writer.WriteMethod("private", method.Name, method.Tree);
            }
        });
        return code.ToString();
    }

    private void WriteMethod(string access, string name, DecisionTree tree) =>
        _code.Block($"{access} static A64Opcode {name}(uint instruction)", () => WriteTree(name, tree));

    private void WriteTree(string path, DecisionTree tree)
    {
        switch (tree)
        {
            case DecisionTree.Switch node:
                WriteSwitch(path, node);
                break;
            case DecisionTree.Tests leaf:
                WriteTests(leaf);
                break;
        }
    }

    private void WriteSwitch(string path, DecisionTree.Switch node)
    {
        if (node is { Width: 1, Branches: [var zero, var one] })
        {
            _code.Block($"if ((instruction & 0x{1u << node.Shift:x8}) == 0)", () => WriteBranch(path, node, zero));
            _code.Line();
            WriteBranch(path, node, one);
            return;
        }

        bool complete = node.Branches.Count == 1 << node.Width;
        _code.Block($"switch ((instruction >> {node.Shift}) & 0x{(1u << node.Width) - 1:x})", () =>
        {
            foreach ((uint Value, DecisionTree Tree) branch in node.Branches)
            {
                _code.Line(complete && branch == node.Branches[^1] ? "default:" : $"case 0x{branch.Value:x}:");
                _code.Indent(() => WriteBranch(path, node, branch));
            }

            if (!complete)
            {
                _code.Line("default:");
                _code.Indent(() => _code.Line("return A64Opcode.Undefined;"));
            }
        });
    }

    private void WriteBranch(string path, DecisionTree.Switch node, (uint Value, DecisionTree Tree) branch)
    {
        string name = $"{path}_{branch.Value:x}";
        if (node.Count > RowsPerMethod && branch.Tree is DecisionTree.Switch)
        {
            _methods.Enqueue((name, branch.Tree));
            _code.Line($"return {name}(instruction);");
        }
        else
        {
            WriteTree(name, branch.Tree);
        }
    }

    private void WriteTests(DecisionTree.Tests leaf)
    {
        foreach (InstructionRow row in leaf.Rows)
        {
            var conditions = new List<string>();
            uint mask = row.Pattern.Mask & ~leaf.Known;
            if (mask != 0)
            {
                conditions.Add($"(instruction & 0x{mask:x8}) == 0x{row.Pattern.Value & mask:x8}");
            }

            conditions.AddRange(row.Exclusions.Select(excluded => $"(instruction & 0x{excluded.Mask:x8}) != 0x{excluded.Value:x8}"));
            if (conditions.Count == 0)
            {
                _code.Line($"return A64Opcode.{row.Name};");
                return;
            }

            if (row == leaf.Rows[^1])
            {
                _code.Line($"return {string.Join(" && ", conditions)} ? A64Opcode.{row.Name} : A64Opcode.Undefined;");
                return;
            }

            _code.Block($"if ({string.Join(" && ", conditions)})", () => _code.Line($"return A64Opcode.{row.Name};"));
        }
    }
}
