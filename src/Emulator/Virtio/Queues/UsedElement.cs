namespace Emulator.Virtio.Queues;

/// <summary>A buffer that the device is done with: what it tells the driver.</summary>
/// <param name="Id">The chain's head in a split ring, the buffer's id in a packed one.</param>
/// <param name="DescriptorCount">Entries of the ring that the chain took.</param>
/// <param name="Written">Bytes that the device has written.</param>
internal readonly record struct UsedElement(ushort Id, ushort DescriptorCount, uint Written);
