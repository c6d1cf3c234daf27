using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Snapshots;

namespace Emulator.VirtioProxy.FrontEnd;

// Rings and requests in a snapshot.
internal sealed partial class ChainBackend
{
    /// <inheritdoc/>
    protected override void SaveQueues(SnapshotWriter writer)
    {
        foreach (Virtqueue queue in _queues)
        {
            queue.Save(writer);
        }

        lock (Shared)
        {
            writer.Write(_order.Count);
            foreach (ChainSlot slot in _order)
            {
                writer.Write(slot.Queue);
                SavedRequest.Save(writer, Settings.Memory, slot.Chain.Used, slot.Chain.ReadableBuffers, slot.Chain.WritableBuffers, slot.Announced, slot.Due);
            }
        }
    }

    /// <inheritdoc/>
    protected override void LoadQueues(SnapshotReader reader)
    {
        foreach (Virtqueue queue in _queues)
        {
            queue.Load(reader);
        }

        lock (Shared)
        {
            foreach (ChainSlot slot in _order)
            {
                slot.End();
            }

            _order.Clear();
            _onTheWay.Clear();
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                int queue = reader.ReadInt32();
                var slot = new ChainSlot();
                (VirtualTime announced, VirtualTime due) = SavedRequest.Load(reader, Settings.Memory, slot.Chain);
                if ((uint)queue >= (uint)_queues.Length)
                {
                    throw new SnapshotException($"the snapshot has a queue of '{Settings.Name}' that this machine lacks; load it into a machine of the same description");
                }

                slot.Load(queue, announced, due);
                _order.Enqueue(slot);
            }
        }

        _toldQueues = 0;
        _restoration?.Stop();
        _restoring = null;
        _writesAreWith = 0;
    }

    /// <inheritdoc/>
    protected override void OnMemoryLoaded()
    {
        lock (Shared)
        {
            foreach (ChainSlot slot in _order)
            {
                if (!slot.TryBegin(slot.Queue, NextHead(slot.Queue), slot.Announced, slot.Due, hostAnnounced: 0))
                {
                    _queues[slot.Queue].Fail(VirtqueueFault.Request);
                }

                _onTheWay[(slot.Queue, slot.Head)] = slot;
            }
        }
    }
}
