namespace Emulator.Virtio;

/// <summary>A region of memory that device and driver share (virtio 1.3, section 2.10).</summary>
/// <param name="Base">Guest physical address.</param>
/// <param name="Length">Length in bytes.</param>
internal readonly record struct VirtioSharedMemory(ulong Base, ulong Length);
