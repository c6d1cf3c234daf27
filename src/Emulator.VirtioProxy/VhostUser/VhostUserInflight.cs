namespace Emulator.VirtioProxy.VhostUser;

/// <summary>Where the memory is in which a back end keeps which requests it has begun (vhost-user protocol, "Inflight I/O tracking").</summary>
/// <param name="Length">Length in bytes; 0 when there is none.</param>
/// <param name="Offset">Where it begins in its file.</param>
/// <param name="QueueCount">Number of queues.</param>
/// <param name="QueueSize">Entries of each.</param>
internal readonly record struct VhostUserInflight(ulong Length, ulong Offset, ushort QueueCount, ushort QueueSize);
