namespace Emulator.Testing.Images;

/// <summary>The manifest has no image of that name.</summary>
public sealed class UnknownImageException : ImageStoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="name">The name asked for.</param>
    /// <param name="known">The names there are.</param>
    public UnknownImageException(string name, IEnumerable<string> known)
        : base($"unknown image '{name}'; known are {string.Join(", ", known)}")
    {
    }
}
