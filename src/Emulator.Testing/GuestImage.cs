using System.Collections.Concurrent;
using Emulator.Testing.Images;

namespace Emulator.Testing;

/// <summary>
/// A public image as a test asks for it. It is looked up, and fetched if need be, when the test first asks for a path, so that listing tests
/// stays quick. When it cannot be had, the test is ignored with the reason; with <see cref="Peer.RequireVariable"/> it fails.
/// </summary>
public sealed class GuestImage
{
    // Fetching is tried once in a process, however many tests want the image.
    private static readonly ConcurrentDictionary<string, Lazy<PublicImage>> Found = new();

    private readonly Func<PublicImage> _get;

    /// <summary>Asks for an image of the default store.</summary>
    /// <param name="name">Its name, for instance <c>u-boot</c>.</param>
    public GuestImage(string name)
        : this(name, () => Found.GetOrAdd(name, _ => new Lazy<PublicImage>(() => new ImageStore().Get(name))).Value)
    {
    }

    internal GuestImage(string name, Func<PublicImage> get)
    {
        Name = name;
        _get = get;
    }

    /// <summary>The image's name in the store.</summary>
    public string Name { get; }

    /// <summary>The package's version, or null when the contents are of none that the manifest knows.</summary>
    public string? Version => Get().Version;

    /// <summary>Path of the image's first file: the firmware, or the kernel.</summary>
    public string Path => Get().Path;

    /// <summary>Path of the file with a role.</summary>
    /// <param name="role">The role, for instance <c>initrd</c>.</param>
    /// <exception cref="ImageStoreException">The image has no such file.</exception>
    public string this[string role] => Get()[role];

    /// <summary>The name, for the test's own name.</summary>
    public override string ToString() => Name;

    private PublicImage Get()
    {
        try
        {
            return _get();
        }
        catch (ImageUnavailableException e)
        {
            Peer.Missing(e.Message);
            throw;
        }
    }
}
