using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Network;

/// <summary>
/// What a network device is plugged into. What it delivers comes as events of the machine's clock, so that a run is repeatable; frames under way are its state.
/// A link belongs to one machine.
/// </summary>
public interface INetworkLink : ISnapshotState
{
    /// <summary>Plugs the device in, once, while the machine is built.</summary>
    /// <param name="adapter">The device, which gets what the link delivers.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="name">The device's name, unique in the machine: timers are registered by it.</param>
    void Connect(INetworkAdapter adapter, IMachineClock clock, string name);

    /// <summary>Takes a frame from the device.</summary>
    /// <param name="frame">An Ethernet frame as for <see cref="INetworkAdapter.Receive"/>; valid during the call only. The guest wrote it: anything may be in it.</param>
    void Transmit(ReadOnlySpan<byte> frame);
}
