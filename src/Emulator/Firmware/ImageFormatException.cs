namespace Emulator.Firmware;

/// <summary>An image cannot be used. The message says in one line which file, what is wrong with it, and what to do.</summary>
public sealed class ImageFormatException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="image">The file's path or the image's name.</param>
    /// <param name="error">What kind of error it is.</param>
    /// <param name="problem">What is wrong and what to do, to stand after the name.</param>
    public ImageFormatException(string image, ImageError error, string problem)
        : base($"{image}: {problem}")
    {
        Image = image;
        Error = error;
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="image">The file's path or the image's name.</param>
    /// <param name="error">What kind of error it is.</param>
    /// <param name="problem">What is wrong and what to do, to stand after the name.</param>
    /// <param name="innerException">The cause.</param>
    public ImageFormatException(string image, ImageError error, string problem, Exception innerException)
        : base($"{image}: {problem}", innerException)
    {
        Image = image;
        Error = error;
    }

    /// <summary>The file's path or the image's name.</summary>
    public string Image { get; }

    /// <summary>What kind of error it is.</summary>
    public ImageError Error { get; }
}
