using Emulator.Memory;
using Emulator.Timing;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices;

/// <summary>What a model needs of its machine.</summary>
/// <param name="Name">The device's name, unique in the machine.</param>
/// <param name="Memory">Guest memory.</param>
/// <param name="Clock">The machine's clock.</param>
internal sealed record VirtioModelSettings(string Name, DmaView Memory, IMachineClock Clock)
{
    /// <summary>The features of rings that devices offer unless told otherwise.</summary>
    public const ulong UsualRingFeatures = VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex | VirtioFeatures.RingReset;

    /// <summary>The features of rings that the device offers.</summary>
    public ulong RingFeatures { get; init; } = UsualRingFeatures;

    /// <summary>The date when the machine started.</summary>
    public DateTimeOffset StartDate { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>Virtual time from the execution of a request to its completion, in nanoseconds. With 0 the driver finds it done after its notification.</summary>
    public long Latency { get; init; }

    /// <summary>Makes the rings where they are not in guest memory; null where they are.</summary>
    public IVirtqueueRings? Rings { get; init; }

    /// <summary>Where what happens outside enters the machine; null where a model is used without one.</summary>
    public RemoteGate? Remotes { get; init; }

    /// <summary>Where it stands; null for a device on PCI, whose driver chooses that.</summary>
    public VirtioSlot? Slot { get; init; }

    /// <summary>The host's clock, to measure by it how long requests take; null when nobody asks.</summary>
    public TimeProvider? HostTime { get; init; }
}
