using Emulator.Memory;
using Emulator.Timing;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.Records;

/// <summary>A request that the guest has not got back yet.</summary>
/// <param name="Id">Names it in its queue.</param>
/// <param name="DescriptorCount">Entries of the ring that it takes.</param>
/// <param name="Announced">When the guest has announced it.</param>
/// <param name="Readable">Bytes that the device reads.</param>
/// <param name="Writable">Where the device writes.</param>
internal sealed record OutstandingChain(ushort Id, int DescriptorCount, VirtualTime Announced, long Readable, DmaRange[] Writable)
{
    /// <summary>The request in a chain that was popped just now.</summary>
    public static OutstandingChain Of(DescriptorChain chain, VirtualTime now) => new(chain.Id, chain.DescriptorCount, now, chain.ReadableLength, chain.WritableBuffers.ToArray());

    /// <summary>Takes the first request of an id out of a list; a guest may use an id again before it should.</summary>
    public static OutstandingChain? Take(List<OutstandingChain> chains, ushort id)
    {
        int index = chains.FindIndex(chain => chain.Id == id);
        OutstandingChain? found = index < 0 ? null : chains[index];
        if (found is not null)
        {
            chains.RemoveAt(index);
        }

        return found;
    }
}
