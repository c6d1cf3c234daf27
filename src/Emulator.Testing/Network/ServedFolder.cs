namespace Emulator.Testing.Network;

/// <summary>A folder of the host whose files a guest may read, and nothing outside of it.</summary>
internal sealed class ServedFolder
{
    private readonly string? _root;

    /// <summary>Creates a folder.</summary>
    /// <param name="path">Its path; a folder without files if null.</param>
    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    public ServedFolder(string? path)
    {
        if (path is null)
        {
            return;
        }

        _root = Path.GetFullPath(path);
        if (!Directory.Exists(_root))
        {
            throw new DirectoryNotFoundException($"the folder '{path}' that the network is to serve is not there; make it or name another");
        }
    }

    /// <summary>Opens a file.</summary>
    /// <param name="name">Its path below the folder, with slashes; one at the start means nothing.</param>
    /// <returns>The file, or null when there is none that may be read.</returns>
    public ServedFile? Open(string name)
    {
        if (_root is null || Resolve(name) is not { } path)
        {
            return null;
        }

        try
        {
            return new ServedFile(name, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string? Resolve(string name)
    {
        string path = _root!;
        foreach (string part in name.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part is "." or ".." || part.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
            {
                return null;
            }

            // A link is not followed: it might lead outside.
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
            {
                return null;
            }
        }

        return File.Exists(path) ? path : null;
    }
}
