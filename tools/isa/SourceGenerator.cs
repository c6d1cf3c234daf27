namespace Emulator.IsaGenerator;

/// <summary>All that is generated from the instruction table.</summary>
internal static class SourceGenerator
{
    /// <summary>The table, relative to the repository's root.</summary>
    public const string TableFile = "src/Emulator/Cpu/Isa/a64.decode";

    /// <summary>Generates the files.</summary>
    /// <param name="root">The repository's root.</param>
    /// <returns>Their contents by their paths relative to the root.</returns>
    /// <exception cref="TableException">The table has a mistake.</exception>
    public static IReadOnlyDictionary<string, string> Generate(string root)
    {
        InstructionTable table = TableParser.Parse(TableFile, File.ReadAllText(Path.Combine(root, TableFile)));
        return new Dictionary<string, string>
        {
            ["src/Emulator/Cpu/Isa/A64Opcode.g.cs"] = EnumWriter.Write(table),
            ["src/Emulator/Cpu/Isa/A64Decoder.g.cs"] = DecoderWriter.Write(table),
            ["src/Emulator/Cpu/Isa/A64Features.g.cs"] = FeatureWriter.Write(table),
            ["src/Emulator/Cpu/Isa/A64Table.g.cs"] = MetadataWriter.Write(table),
            ["src/Emulator/Cpu/Interpreter/Binder.g.cs"] = BinderWriter.Write(table),
        };
    }

    /// <summary>The files that are not what the table says, relative to the root.</summary>
    /// <param name="root">The repository's root.</param>
    /// <exception cref="TableException">The table has a mistake.</exception>
    public static IReadOnlyList<string> FindStale(string root) =>
        [.. Generate(root).Where(file => !IsCurrent(Path.Combine(root, file.Key), file.Value)).Select(file => file.Key)];

    /// <summary>Whether a file has these contents.</summary>
    public static bool IsCurrent(string path, string contents) => File.Exists(path) && File.ReadAllText(path) == contents;
}
