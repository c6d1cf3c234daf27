namespace Emulator.VirtioProxy.VhostUser;

/// <summary>What a back end has told when the connection began.</summary>
/// <param name="Features">The virtio features that it offers.</param>
/// <param name="QueueCount">Number of its queues; 0 when it does not say.</param>
/// <param name="Configuration">Its configuration space; empty when it has none.</param>
/// <param name="TracksInflight">True when it keeps which requests it has begun where the front end can hold it.</param>
internal sealed record VhostUserOffer(ulong Features, int QueueCount, byte[] Configuration, bool TracksInflight = false);
