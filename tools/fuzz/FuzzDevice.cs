using Emulator.Snapshots;
using Emulator.Virtio.Devices;

namespace Emulator.Fuzz;

/// <summary>A device that inputs are performed on.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Create">Makes it.</param>
/// <param name="Poke">Does something to it from the host's side; the byte says what.</param>
internal sealed record FuzzDevice(string Name, Func<VirtioModelSettings, VirtioModel> Create, Action<VirtioModel, byte>? Poke = null)
{
    /// <summary>What good requests begin with, for inputs that are made up; a driver that knows nothing of the device would hardly ever hit on them.</summary>
    public IReadOnlyList<byte[]> Requests { get; init; } = [];

    /// <summary>Makes a request that is mostly as a good driver would make it; null to make them from <see cref="Requests"/>.</summary>
    public Action<FuzzRandom, RequestDraft>? MakeRequest { get; init; }

    /// <summary>What the machine saves besides the device.</summary>
    public Func<VirtioModel, IEnumerable<ISnapshotState>> Surroundings { get; init; } = static _ => [];

    /// <summary>True when a driver can tell it to clear memory, where its rings may be.</summary>
    public bool MayClearRings { get; init; }

    /// <summary>False when it changes something outside, which a second device would find changed.</summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>False when it has done something outside that it must not do.</summary>
    public Func<bool> IsContained { get; init; } = static () => true;
}
