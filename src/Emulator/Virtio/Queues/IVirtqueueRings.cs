namespace Emulator.Virtio.Queues;

/// <summary>Makes rings of another kind than those in guest memory: requests that come by message.</summary>
internal interface IVirtqueueRings
{
    /// <summary>Makes a ring without entries.</summary>
    /// <param name="queue">The queue's index.</param>
    /// <param name="settings">Its size.</param>
    /// <param name="features">The features that were negotiated.</param>
    VirtqueueRing Create(int queue, in VirtqueueSettings settings, ulong features);
}
