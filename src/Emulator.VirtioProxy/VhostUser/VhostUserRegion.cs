using Emulator.Memory;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>Memory that a back end can map.</summary>
/// <param name="Address">The guest physical address that stands for its first byte.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Descriptor">File descriptor; the memory is at its beginning.</param>
/// <param name="Memory">What it is, as descriptors have numbers that come again; null to share it anew each time.</param>
internal readonly record struct VhostUserRegion(ulong Address, ulong Length, int Descriptor, GuestRam? Memory = null);
