using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Virtio;
using Emulator.Virtio.Transports;

namespace Emulator.Fuzz.Transports;

/// <summary>Makes the transports under test.</summary>
internal static class FuzzedTransports
{
    /// <summary>How many there are.</summary>
    public const int Count = 8;

    /// <summary>Makes one.</summary>
    /// <param name="choice">Which, below <see cref="Count"/>.</param>
    /// <param name="backend">What stands behind it.</param>
    /// <param name="isTransitional">True when the device had an interface before the standard.</param>
    /// <param name="line">Its interrupt.</param>
    /// <param name="messages">Where its messages go.</param>
    public static IFuzzedTransport Create(int choice, IVirtioBackend backend, bool isTransitional, IInterruptLine line, IMsiTarget messages)
    {
        var vectors = new MessageVectors(backend.QueueSizes.Count + 1, messages, BusInitiator.VirtioMmio(0));
        FuzzedMmio Modern(VirtioMmioMessages? extension) => new(backend, VirtioMmioVersion.Modern, line, extension);
        return choice switch
        {
            0 => Modern(null),
            1 => new FuzzedMmio(backend, VirtioMmioVersion.Legacy, line, null),
            2 => Modern(new ProposedMessages(vectors, backend.ConfigurationLength, isSharing: true)),
            3 => Modern(new ProposedMessages(vectors, backend.ConfigurationLength, isSharing: false)),
            4 => Modern(new DragonballMessages(vectors, backend.ConfigurationLength)),
            5 => new FuzzedPci(backend, isTransitional: false, usesPorts: false, [line, line, line, line], messages),
            6 => new FuzzedPci(backend, isTransitional, usesPorts: false, [line, line, line, line], messages),
            _ => new FuzzedPci(backend, isTransitional, usesPorts: isTransitional, [line, line, line, line], messages),
        };
    }
}
