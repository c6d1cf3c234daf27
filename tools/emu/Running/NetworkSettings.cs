using Emulator.Network;
using Emulator.Testing.Network;
using Emulator.Virtio.Devices.Net;
using Microsoft.Extensions.Logging;

namespace Emulator.Tool.Running;

/// <summary>The network of a run: a lan of its own, or a back end outside.</summary>
/// <param name="Lan">What the lan offers.</param>
/// <param name="Device">The device that is plugged into it.</param>
/// <param name="Capture">File for a capture of all frames, or null.</param>
internal sealed record NetworkSettings(LanOptions Lan, VirtioNetOptions Device, string? Capture)
{
    /// <summary>The back end that serves the device instead, or null.</summary>
    public VhostUserSettings? Served { get; init; }

    /// <summary>Makes the lan, with its capture.</summary>
    /// <param name="logger">Where a capture's failure is told.</param>
    public INetworkLink CreateLink(ILogger logger)
    {
        var lan = new Lan(Lan);
        return Capture is { } file ? new CapturingLink(lan, PcapWriter.Create(file), logger) : lan;
    }
}
