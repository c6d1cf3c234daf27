using Emulator.Timing;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices;

/// <summary>A request that was executed and is to be told of.</summary>
/// <param name="Element">What the driver is told.</param>
/// <param name="Type">Its type, as the device type numbers them.</param>
/// <param name="BytesRead">Bytes that the device has read of it.</param>
/// <param name="Announced">When the driver's notification, or the input that it had waited for, came.</param>
/// <param name="Started">When it was executed.</param>
/// <param name="HostAnnounced">The host's timestamp at <paramref name="Announced"/>; zero when nobody looked. It is no state.</param>
internal readonly record struct ServedRequest(UsedElement Element, uint Type, long BytesRead, VirtualTime Announced, VirtualTime Started, long HostAnnounced);
