namespace Emulator.Testing.Images;

/// <summary>A public image that is on this machine.</summary>
/// <param name="Name">Its name in the manifest.</param>
/// <param name="Version">The package's version, or null when the contents are of none that the manifest knows.</param>
/// <param name="Origin">Where it was found.</param>
/// <param name="Files">Path of each file, by role, in the manifest's order.</param>
public sealed record PublicImage(string Name, string? Version, ImageOrigin Origin, IReadOnlyDictionary<string, string> Files)
{
    private readonly Lazy<string?> _version = new(Version);

    /// <summary>An image whose version is looked for when somebody asks.</summary>
    internal PublicImage(string name, Lazy<string?> version, ImageOrigin origin, IReadOnlyDictionary<string, string> files)
        : this(name, (string?)null, origin, files)
    {
        _version = version;
    }

    /// <summary>The package's version, or null when the contents are of none that the manifest knows.</summary>
    public string? Version
    {
        get => _version.Value;
        init => _version = new Lazy<string?>(value);
    }

    /// <summary>Path of the image's first file: the firmware, or the kernel.</summary>
    public string Path => Files.First().Value;

    /// <summary>Path of the file with a role.</summary>
    /// <param name="role">The role, for instance <c>initrd</c>.</param>
    /// <exception cref="ImageStoreException">The image has no such file.</exception>
    public string this[string role] => Files.TryGetValue(role, out string? path)
        ? path
        : throw new ImageStoreException($"image '{Name}' has no file '{role}', only {string.Join(", ", Files.Keys)}");
}
