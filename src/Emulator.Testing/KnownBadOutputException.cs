namespace Emulator.Testing;

/// <summary>The guest printed a text that tells that it has died.</summary>
public sealed class KnownBadOutputException : ConsoleExpectationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="text">The text of <see cref="KnownBadOutput"/> that was printed.</param>
    /// <param name="failure">Where the guest stood.</param>
    public KnownBadOutputException(string text, ConsoleFailure failure)
        : base($"the guest printed '{text}', which tells that it has died, before the expected text", failure)
    {
        Text = text;
    }

    /// <summary>The text of <see cref="KnownBadOutput"/> that was printed.</summary>
    public string Text { get; }
}
