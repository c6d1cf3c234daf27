namespace Emulator.InteropTests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>A file of it.</summary>
    /// <param name="path">Its path from the root.</param>
    public static string PathOf(params ReadOnlySpan<string> path)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Emulator.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder is null
            ? throw new DirectoryNotFoundException("no Emulator.sln above the tests")
            : Path.Combine([folder, .. path]);
    }
}
