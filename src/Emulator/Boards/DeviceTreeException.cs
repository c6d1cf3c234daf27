namespace Emulator.Boards;

/// <summary>Bytes are no proper device tree.</summary>
public sealed class DeviceTreeException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    public DeviceTreeException(string message)
        : base(message)
    {
    }
}
