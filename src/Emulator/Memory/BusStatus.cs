namespace Emulator.Memory;

/// <summary>How a bus access ended.</summary>
public enum BusStatus
{
    /// <summary>The access completed.</summary>
    Ok,

    /// <summary>Nothing answers there, or the device refuses the access: a synchronous external abort to a CPU.</summary>
    Error,

    /// <summary>
    /// The device cannot answer yet. The CPU stays on the instruction, unretired, and repeats the access once the device
    /// has asked for it; a device that answers so has changed no state by this access.
    /// </summary>
    Pending,
}
