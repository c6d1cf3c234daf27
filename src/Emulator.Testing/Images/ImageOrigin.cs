namespace Emulator.Testing.Images;

/// <summary>Where an image was found.</summary>
public enum ImageOrigin
{
    /// <summary>The system has its package installed.</summary>
    Installed,

    /// <summary>The user's cache had it.</summary>
    Cache,

    /// <summary>Its package was fetched just now; from now on the cache has it.</summary>
    Fetched,
}
