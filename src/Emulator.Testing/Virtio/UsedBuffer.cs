namespace Emulator.Testing.Virtio;

/// <summary>What a device has told of a chain that it is done with.</summary>
/// <param name="Id">What <see cref="VirtqueueDriver.Add"/> gave.</param>
/// <param name="Written">Bytes that the device has written.</param>
public readonly record struct UsedBuffer(int Id, uint Written);
