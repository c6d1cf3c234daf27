namespace Emulator.Testing;

/// <summary>A limit of virtual or host time was reached before the expected text was printed.</summary>
public sealed class ConsoleTimeoutException : ConsoleExpectationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="limit">The limit that was reached, for instance <c>60 s of virtual time passed</c>.</param>
    /// <param name="failure">Where the guest stood.</param>
    public ConsoleTimeoutException(string limit, ConsoleFailure failure)
        : base($"{limit} and the guest has not printed the expected text", failure)
    {
    }
}
