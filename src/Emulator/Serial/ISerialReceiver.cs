namespace Emulator.Serial;

/// <summary>The receiving side of a UART as its <see cref="ConsolePort"/> sees it.</summary>
public interface ISerialReceiver
{
    /// <summary>
    /// Characters stand ready in the port: the receiver takes by <see cref="ConsolePort.TryTake"/> what it has room for, now, and the
    /// rest later, when the guest has made room. Called on the machine's thread.
    /// </summary>
    void TakeInput();
}
