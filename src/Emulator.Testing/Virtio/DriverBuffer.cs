namespace Emulator.Testing.Virtio;

/// <summary>A buffer that a driver puts into a ring.</summary>
/// <param name="Address">Its guest physical address.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="IsWritable">True when the device writes it; such buffers come behind those that it reads.</param>
public readonly record struct DriverBuffer(ulong Address, uint Length, bool IsWritable);
