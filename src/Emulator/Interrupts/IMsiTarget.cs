using Emulator.Memory;

namespace Emulator.Interrupts;

/// <summary>Where message-signalled interrupts enter: a bus write that carries the sender's device id.</summary>
public interface IMsiTarget
{
    /// <summary>Delivers one message.</summary>
    /// <param name="address">Physical address the message is written to.</param>
    /// <param name="data">The 32-bit message data (for an ITS, the event id).</param>
    /// <param name="initiator">The sender's 32-bit device id.</param>
    /// <returns><see cref="BusStatus.Error"/> when nothing takes messages at that address.</returns>
    BusStatus Send(ulong address, uint data, BusInitiator initiator);
}
