namespace Emulator.Testing.Images;

/// <summary>A distribution package that contains an image.</summary>
/// <param name="Package">The package's name; with a colon and an architecture behind it, as apt takes it, when that is not the system's own.</param>
/// <param name="Files">
/// Path in the package of each of the image's files, by role: <c>firmware</c>, or <c>kernel</c> and <c>initrd</c>.
/// </param>
/// <param name="Versions">The versions whose contents are known.</param>
/// <param name="Suite">The distribution's suite that has the package, when the system's own sources need not have it in a known version.</param>
/// <param name="OnlyKnownVersions">True when a version that is not listed is not this image.</param>
public sealed record ImagePackage(
    string Package,
    IReadOnlyDictionary<string, string> Files,
    IReadOnlyList<ImageVersion> Versions,
    string? Suite = null,
    bool OnlyKnownVersions = false)
{
    /// <summary>True when the package is for an architecture that need not be this system's: what is installed here is then something else.</summary>
    internal bool IsForeign => Package.Contains(':', StringComparison.Ordinal);
}
