namespace Emulator.Testing.Images;

/// <summary>A public image cannot be had, or the manifest is broken.</summary>
public class ImageStoreException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is wrong and what to do next.</param>
    public ImageStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is wrong and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public ImageStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
