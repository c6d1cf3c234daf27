using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.Snapshots;

/// <summary>
/// A guest's request that it has no answer for, in a snapshot: where its buffers are, and its instants. What a back end has answered already is no part of it: the request is asked of the next back end again, as after
/// the loss of one.
/// </summary>
internal static class SavedRequest
{
    /// <summary>Writes it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="memory">Guest memory.</param>
    /// <param name="element">Which entry of the guest's ring it is.</param>
    /// <param name="readable">What the device reads.</param>
    /// <param name="writable">What it writes.</param>
    /// <param name="announced">When the guest has announced it.</param>
    /// <param name="due">When the guest is to see it done.</param>
    public static void Save(SnapshotWriter writer, DmaView memory, in UsedElement element, ReadOnlySpan<DmaRange> readable, ReadOnlySpan<DmaRange> writable, VirtualTime announced, VirtualTime due)
    {
        writer.Write(announced.Nanoseconds);
        writer.Write(due.Nanoseconds);
        writer.Write((uint)element.Id);
        writer.Write((uint)element.DescriptorCount);
        writer.Write(readable.Length);
        writer.Write(readable.Length + writable.Length);
        SaveAll(writer, memory, readable);
        SaveAll(writer, memory, writable);
    }

    /// <summary>Reads it.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="memory">Guest memory, which need not have its contents yet.</param>
    /// <param name="chain">Becomes its buffers.</param>
    /// <returns>When the guest has announced it, and when it is to see it done.</returns>
    /// <exception cref="SnapshotException">Its buffers are not in this machine's memory.</exception>
    public static (VirtualTime Announced, VirtualTime Due) Load(SnapshotReader reader, DmaView memory, DescriptorChain chain)
    {
        (VirtualTime, VirtualTime) instants = (new VirtualTime(reader.ReadInt64()), new VirtualTime(reader.ReadInt64()));
        (ushort id, ushort entries) = ((ushort)reader.ReadUInt32(), (ushort)reader.ReadUInt32());
        (int readable, int count) = (reader.ReadInt32(), reader.ReadInt32());
        chain.Clear();
        for (int i = 0; i < count; i++)
        {
            var buffer = new Descriptor(reader.ReadUInt64(), reader.ReadUInt32(), i < readable ? DescriptorFlags.None : DescriptorFlags.Write, 0);
            if (chain.Add(memory, buffer) != VirtqueueFault.None)
            {
                throw new SnapshotException("the snapshot has a request whose buffers are not in this machine's memory; load it into a machine of the same description");
            }
        }

        chain.Identify(id, entries);
        return instants;
    }

    private static void SaveAll(SnapshotWriter writer, DmaView memory, ReadOnlySpan<DmaRange> buffers)
    {
        foreach (ref readonly DmaRange buffer in buffers)
        {
            writer.Write(memory.AddressOf(buffer));
            writer.Write((uint)buffer.Length);
        }
    }
}
