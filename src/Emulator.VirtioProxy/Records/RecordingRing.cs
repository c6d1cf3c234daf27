using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.Records;

/// <summary>A guest's ring whose requests are recorded as they are taken and given back.</summary>
/// <param name="owner">The device.</param>
/// <param name="queue">The queue's index.</param>
/// <param name="ring">The ring.</param>
/// <param name="memory">Guest memory.</param>
/// <param name="settings">Where the ring is.</param>
/// <param name="features">The features that were negotiated.</param>
internal sealed class RecordingRing(RecordingBackend owner, int queue, VirtqueueRing ring, DmaView memory, in VirtqueueSettings settings, ulong features)
    : VirtqueueRing(memory, settings, features)
{
    private readonly List<OutstandingChain> _chains = [];

    /// <inheritdoc/>
    public override uint Mark => ring.Mark;

    /// <inheritdoc/>
    public override bool HasUntold => ring.HasUntold;

    /// <inheritdoc/>
    public override VirtqueueFault TryMap() => ring.TryMap();

    /// <inheritdoc/>
    public override bool TryPop(DescriptorChain chain, out VirtqueueFault fault)
    {
        bool isThere = ring.TryPop(chain, out fault);
        if (isThere)
        {
            _chains.Add(owner.TellAvailable(queue, chain));
        }
        else if (fault == VirtqueueFault.None)
        {
            owner.TellEmpty(queue);
        }

        return isThere;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always: front ends do not take requests back, and a record could not say it.</exception>
    public override void Rewind(uint mark) => throw new InvalidOperationException("a recorded request cannot be taken back");

    /// <inheritdoc/>
    public override void Push(in UsedElement element)
    {
        if (OutstandingChain.Take(_chains, element.Id) is { } chain)
        {
            owner.TellUsed(queue, element, chain);
        }

        ring.Push(element);
    }

    /// <inheritdoc/>
    public override bool WantsInterrupt() => ring.WantsInterrupt();

    /// <inheritdoc/>
    public override void RequestNotification() => ring.RequestNotification();

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer) => throw new SnapshotException("a recorded device has no snapshot");

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader) => throw new SnapshotException("a recorded device has no snapshot");
}
