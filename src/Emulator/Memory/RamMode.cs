namespace Emulator.Memory;

/// <summary>Who can see a machine's RAM.</summary>
public enum RamMode
{
    /// <summary>This process alone.</summary>
    Private,

    /// <summary>Other processes too, by a file descriptor (Linux memfd; plain memory elsewhere).</summary>
    Shared,
}
