namespace Emulator.Unicorn;

/// <summary>libunicorn is not installed, or not in a version that is known here.</summary>
public sealed class UnicornUnavailableException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is missing and how to get it.</param>
    public UnicornUnavailableException(string message)
        : base(message)
    {
    }
}
