namespace Emulator.Serial;

/// <summary>A UART's modem status inputs; a set flag is an asserted (active-low: driven low) line.</summary>
[Flags]
public enum ModemLines
{
    /// <summary>None asserted.</summary>
    None = 0,

    /// <summary>Clear to send.</summary>
    ClearToSend = 1,

    /// <summary>Data set ready.</summary>
    DataSetReady = 2,

    /// <summary>Data carrier detect.</summary>
    DataCarrierDetect = 4,

    /// <summary>Ring indicator.</summary>
    RingIndicator = 8,
}
