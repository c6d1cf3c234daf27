namespace Emulator.VirtioProxy.VhostUser;

/// <summary>A buffer as a peer sees it.</summary>
/// <param name="Address">Guest physical address, or one of the shared area.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="IsWritable">True when the peer writes it.</param>
internal readonly record struct RingSegment(ulong Address, int Length, bool IsWritable);
