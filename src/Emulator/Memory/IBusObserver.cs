namespace Emulator.Memory;

/// <summary>Who hears of every access that has reached a device.</summary>
internal interface IBusObserver
{
    /// <summary>A device was read.</summary>
    /// <param name="address">Physical address.</param>
    /// <param name="size">Width in bytes.</param>
    /// <param name="initiator">Who has read.</param>
    /// <param name="result">The answer.</param>
    void DeviceRead(ulong address, int size, BusInitiator initiator, BusResult result);

    /// <summary>A device was written.</summary>
    /// <param name="address">Physical address.</param>
    /// <param name="value">The value.</param>
    /// <param name="size">Width in bytes.</param>
    /// <param name="initiator">Who has written.</param>
    /// <param name="status">How it ended.</param>
    void DeviceWritten(ulong address, ulong value, int size, BusInitiator initiator, BusStatus status);
}
