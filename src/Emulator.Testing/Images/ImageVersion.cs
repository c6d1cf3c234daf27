namespace Emulator.Testing.Images;

/// <summary>A version of a package whose contents are known.</summary>
/// <param name="Version">The package's version.</param>
/// <param name="Sha256">SHA-256 of each file, by role, in lower-case hexadecimal.</param>
public sealed record ImageVersion(string Version, IReadOnlyDictionary<string, string> Sha256);
