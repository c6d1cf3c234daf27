using System.Text.Json;

namespace Emulator.Testing.Images;

/// <summary>The public images that the store knows by name.</summary>
/// <param name="Images">The images, in the order in which they are listed.</param>
public sealed record ImageManifest(IReadOnlyList<ImageEntry> Images)
{
    /// <summary>The manifest that the library brings along: <c>guest-images/manifest.json</c>.</summary>
    public static ImageManifest Default { get; } = LoadEmbedded();

    /// <summary>Reads a manifest.</summary>
    /// <param name="json">Its text.</param>
    /// <exception cref="ImageStoreException">It is not a manifest.</exception>
    public static ImageManifest Parse(string json)
    {
        try
        {
            return ImageManifestReader.Read(json);
        }
        catch (JsonException e)
        {
            throw new ImageStoreException($"the image manifest is broken: {e.Message}", e);
        }
    }

    private static ImageManifest LoadEmbedded()
    {
        using Stream stream = typeof(ImageManifest).Assembly.GetManifestResourceStream("manifest.json")!;
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }
}
