using Emulator.Memory;

namespace Emulator.Interrupts;

/// <summary>Takes messages as what they are: writes of a word to the bus, which bring them to the translation service, to a GICv2m frame, or to memory.</summary>
/// <param name="bus">The machine's bus.</param>
internal sealed class MessageBus(SystemBus bus) : IMsiTarget
{
    public BusStatus Send(ulong address, uint data, BusInitiator initiator) => bus.Write(address, data, 4, initiator, secure: false);
}
