using Emulator.Memory;

namespace Emulator.Virtio.Queues;

/// <summary>A ring in memory. Its driver may run at the same time, on another processor of the host, as the guest of another process does.</summary>
internal abstract class MemoryRing : VirtqueueRing
{
    /// <inheritdoc cref="VirtqueueRing(DmaView, in VirtqueueSettings, ulong)"/>
    protected MemoryRing(DmaView memory, in VirtqueueSettings settings, ulong features)
        : base(memory, settings, features)
    {
    }

    /// <summary>True when the driver runs at the same time. What it is told and what is read of it then have to be seen in order.</summary>
    public bool IsConcurrent { get; init; }

    /// <summary>Where <see cref="VirtqueueRing.TryMap"/> starts, as <see cref="Position"/> gives it; null for the first entry.</summary>
    public uint? Start { get; init; }

    /// <summary>
    /// Where the device is in the ring, as a vring base of vhost tells it: in a split ring the next available index, in a packed one the next available entry with its wrap counter in bit 15, and above
    /// them the same for the next used entry.
    /// </summary>
    public abstract uint Position { get; }

    /// <summary>True when the driver has made a chain available that was not taken yet.</summary>
    public abstract bool HasAvailable { get; }

    /// <summary>What was written before is seen before what is read afterwards is read. No host does that by itself.</summary>
    protected void Fence()
    {
        if (IsConcurrent)
        {
            Interlocked.MemoryBarrier();
        }
    }
}
