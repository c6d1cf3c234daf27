namespace Emulator.Testing.Images;

/// <summary>An image is not on this machine and cannot be fetched.</summary>
public sealed class ImageUnavailableException : ImageStoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="reason">Why it cannot be fetched.</param>
    /// <param name="places">Where its files may be put by hand, in the cache.</param>
    public ImageUnavailableException(string name, string reason, IEnumerable<string> places)
        : base($"image '{name}' is not on this machine and cannot be fetched: {reason}; give it by hand: put it at {string.Join(" and ", places)}")
    {
        Name = name;
    }

    /// <summary>The image's name.</summary>
    public string Name { get; }
}
