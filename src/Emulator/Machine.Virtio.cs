using Emulator.Virtio.Devices.Balloon;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Input;
using Emulator.Virtio.Devices.Net;

namespace Emulator;

// The host's ends of virtio devices. What they do is input of the run: the same calls at the same instants, the same run.
public sealed unsafe partial class Machine
{
    /// <summary>The host's ends of the virtio disks, in the order in which they were asked for.</summary>
    public IReadOnlyList<IVirtioDisk> VirtioDisks => [.. _devices.VirtioOf<IVirtioDisk>()];

    /// <summary>The host's ends of the virtio balloons, in the order in which they were asked for.</summary>
    public IReadOnlyList<IVirtioBalloon> VirtioBalloons => [.. _devices.VirtioOf<IVirtioBalloon>()];

    /// <summary>The host's ends of the virtio keyboards, in the order in which they were asked for.</summary>
    public IReadOnlyList<IVirtioKeyboard> VirtioKeyboards => [.. _devices.VirtioOf<IVirtioKeyboard>()];

    /// <summary>The host's ends of the virtio network devices, in the order in which they were asked for.</summary>
    public IReadOnlyList<IVirtioNetwork> VirtioNetworks => [.. _devices.VirtioOf<IVirtioNetwork>()];
}
