namespace Emulator.Serial;

/// <summary>What can be wrong with a character on a serial line.</summary>
[Flags]
public enum LineErrors
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>No stop bit where one is expected.</summary>
    Framing = 1,

    /// <summary>The parity bit does not fit.</summary>
    Parity = 2,

    /// <summary>The line was held low for longer than a character.</summary>
    Break = 4,
}
