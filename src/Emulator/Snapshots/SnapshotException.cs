namespace Emulator.Snapshots;

/// <summary>A snapshot does not fit: another component, another version, or truncated data.</summary>
public sealed class SnapshotException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What does not fit and what to do.</param>
    public SnapshotException(string message)
        : base(message)
    {
    }
}
