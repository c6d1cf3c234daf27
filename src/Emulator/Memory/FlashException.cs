namespace Emulator.Memory;

/// <summary>The file or image for a flash bank cannot be used: too large, unreadable, in use.</summary>
public sealed class FlashException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do next.</param>
    public FlashException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public FlashException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
