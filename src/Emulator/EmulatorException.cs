namespace Emulator;

/// <summary>Base of all errors of the host side: a missing image, a wrong file, a busy socket. A guest causes none.</summary>
public class EmulatorException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is wrong and what to do next.</param>
    public EmulatorException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is wrong and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public EmulatorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
