namespace Emulator.Testing;

/// <summary>A guest did not print what was expected.</summary>
public abstract class ConsoleExpectationException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">What happened instead, one line.</param>
    /// <param name="failure">Where the guest stood.</param>
    protected ConsoleExpectationException(string reason, ConsoleFailure failure)
        : base($"{reason}\n{failure.Describe()}")
    {
        Reason = reason;
        Failure = failure;
    }

    /// <summary>What happened instead, one line.</summary>
    public string Reason { get; }

    /// <summary>Where the guest stood.</summary>
    public ConsoleFailure Failure { get; }
}
