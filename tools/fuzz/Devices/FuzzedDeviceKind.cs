using Emulator.Virtio.Devices;

namespace Emulator.Fuzz.Devices;

/// <summary>A device type under test.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Create">Makes a device of this kind, always the same.</param>
/// <param name="MakeRequest">Makes a request that is mostly as a good driver would make it.</param>
internal sealed record FuzzedDeviceKind(string Name, Func<VirtioModelSettings, FuzzedDevice> Create, Action<FuzzRandom, RequestDraft> MakeRequest)
{
    /// <summary>False when it acts on something outside that a second run would find changed.</summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>True when the device had an interface before the standard, which a transitional PCI function has too.</summary>
    public bool IsTransitional { get; init; } = true;
}
