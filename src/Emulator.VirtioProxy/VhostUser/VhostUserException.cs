namespace Emulator.VirtioProxy.VhostUser;

/// <summary>A vhost-user back end cannot be reached, or is not fit for the device.</summary>
public sealed class VhostUserException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    public VhostUserException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">What the host said.</param>
    public VhostUserException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
