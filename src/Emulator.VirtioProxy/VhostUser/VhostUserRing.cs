using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>A ring as it is told to a back end.</summary>
/// <param name="Index">The queue's index.</param>
/// <param name="Settings">Where it is.</param>
/// <param name="Kick">What the front end signals.</param>
/// <param name="Call">What the back end signals.</param>
/// <param name="Base">The entry that it begins at.</param>
internal readonly record struct VhostUserRing(int Index, VirtqueueSettings Settings, EventDescriptor Kick, EventDescriptor Call, ushort Base);
