namespace Emulator.Testing;

/// <summary>The machine stopped before the expected text was printed.</summary>
public sealed class GuestHaltedException : ConsoleExpectationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="stopReason">Why the machine stopped.</param>
    /// <param name="failure">Where the guest stood.</param>
    public GuestHaltedException(StopReason stopReason, ConsoleFailure failure)
        : base($"{Describe(stopReason)} before it printed the expected text", failure)
    {
        StopReason = stopReason;
    }

    /// <summary>Why the machine stopped.</summary>
    public StopReason StopReason { get; }

    private static string Describe(StopReason reason) => reason switch
    {
        StopReason.PowerOff => "the guest switched itself off",
        StopReason.Reset => "the guest reset itself",
        StopReason.LockUp => "the guest locked up: every CPU waits and nothing can come, or one takes exceptions for ever,",
        StopReason.Requested => "somebody stopped the guest",
        _ => $"the guest stopped ({reason})",
    };
}
