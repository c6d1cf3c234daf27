namespace Emulator.Testing.Images;

/// <summary>A distribution package cannot be had.</summary>
public sealed class PackageSourceException : ImageStoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Why, one line.</param>
    public PackageSourceException(string message)
        : base(message)
    {
    }
}
