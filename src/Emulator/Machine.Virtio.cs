using Emulator.Virtio.Devices.Block;

namespace Emulator;

// The host's ends of virtio devices. What they do is input of the run: the same calls at the same instants, the same run.
public sealed unsafe partial class Machine
{
    /// <summary>The host's ends of the virtio disks, in the order in which they were asked for.</summary>
    public IReadOnlyList<IVirtioDisk> VirtioDisks => [.. _devices.VirtioOf<IVirtioDisk>()];
}
