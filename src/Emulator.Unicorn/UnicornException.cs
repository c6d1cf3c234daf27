namespace Emulator.Unicorn;

/// <summary>A call of libunicorn failed.</summary>
public sealed class UnicornException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what failed, and why.</param>
    public UnicornException(string message)
        : base(message)
    {
    }

    internal UnicornException(string call, UnicornError error)
        : base($"libunicorn's {call} failed with {error}")
    {
    }
}
