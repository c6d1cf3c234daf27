using Emulator.IsaGenerator;

// dotnet run --project tools/isa              rewrites what is generated from the instruction table
// dotnet run --project tools/isa -- --check   says what is stale and exits with 1 then
bool check = args is ["--check"];
if (args.Length > 0 && !check)
{
    Console.Error.WriteLine("usage: isa [--check]");
    return 2;
}

string? root = Environment.CurrentDirectory;
while (root is not null && !File.Exists(Path.Combine(root, SourceGenerator.TableFile)))
{
    root = Path.GetDirectoryName(root);
}

if (root is null)
{
    Console.Error.WriteLine($"{SourceGenerator.TableFile} is neither here nor in a directory above; run this inside the repository.");
    return 2;
}

try
{
    if (check)
    {
        IReadOnlyList<string> stale = SourceGenerator.FindStale(root);
        foreach (string path in stale)
        {
            Console.Error.WriteLine($"{path} is stale; run: dotnet run --project tools/isa");
        }

        return stale.Count > 0 ? 1 : 0;
    }

    foreach ((string path, string contents) in SourceGenerator.Generate(root))
    {
        string full = Path.Combine(root, path);
        if (!SourceGenerator.IsCurrent(full, contents))
        {
            File.WriteAllText(full, contents);
            Console.WriteLine(path);
        }
    }

    return 0;
}
catch (TableException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
