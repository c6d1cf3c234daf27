using Emulator.Snapshots;
using Emulator.Virtio.Devices;

namespace Emulator.Fuzz.Devices;

/// <summary>A back end under test, and what stands around it.</summary>
/// <param name="Model">The back end.</param>
internal sealed record FuzzedDevice(VirtioModel Model)
{
    /// <summary>What the machine saves besides.</summary>
    public IReadOnlyList<ISnapshotState> Surroundings { get; init; } = [];

    /// <summary>Something happens outside of the machine: which of several things, and bytes for it.</summary>
    public FuzzedEvent Outside { get; init; } = static (_, _) => { };
}
