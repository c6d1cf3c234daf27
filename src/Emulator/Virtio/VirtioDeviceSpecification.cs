using Emulator.Virtio.Devices;
using Microsoft.Extensions.Logging;

namespace Emulator.Virtio;

/// <summary>A device that a machine is to have.</summary>
/// <param name="Kind">What it is, as the first part of its name: <c>virtio-blk</c>.</param>
/// <param name="Transport">How the guest reaches it.</param>
/// <param name="Create">Makes its back end, once for each machine.</param>
internal sealed record VirtioDeviceSpecification(string Kind, VirtioTransport Transport, Func<VirtioModelSettings, ulong, ILogger?, IVirtioBackend> Create);
