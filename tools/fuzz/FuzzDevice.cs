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
}
