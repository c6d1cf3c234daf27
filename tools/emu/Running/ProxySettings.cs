using Emulator.Virtio;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Server;

namespace Emulator.Tool.Running;

/// <summary>A virtio-proxy back end, or the record of one, that a run was asked for.</summary>
/// <param name="Address">Where it listens; null for a record.</param>
/// <param name="ReplayFile">The record; null for a back end.</param>
internal sealed record ProxySettings(ProxyAddress? Address, string? ReplayFile)
{
    /// <summary>The back end, where it is in this process; null otherwise.</summary>
    public VirtioProxyServer? Server { get; init; }

    /// <summary>How to use the back end.</summary>
    public ProxyOptions Options { get; init; } = new();

    /// <summary>How the guest reaches the devices.</summary>
    public VirtioTransport Transport { get; init; }
}
