namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>A queue's part of the memory of requests in flight, for a split ring (vhost-user protocol, struct QueueRegionSplit).</summary>
/// <param name="start">Where it begins.</param>
/// <param name="size">Entries of the ring.</param>
internal sealed unsafe class InflightQueue(byte* start, int size)
{
    /// <summary>Bytes before the entries.</summary>
    public const int HeaderLength = 16;

    /// <summary>Bytes of an entry.</summary>
    public const int EntryLength = 16;

    private const int VersionOffset = 8;
    private const int CountOffset = 10;
    private const int LastHeadOffset = 12;
    private const int UsedIndexOffset = 14;
    private const int CounterOffset = 8;
    private const ushort Version = 1;

    private ulong _counter;

    /// <summary>A chain is begun.</summary>
    public void Begin(ushort head)
    {
        byte* entry = EntryOf(head);
        *(ulong*)(entry + CounterOffset) = _counter++;
        Volatile.Write(ref *entry, (byte)1);
    }

    /// <summary>The driver is about to be told that a chain is done.</summary>
    public void End(ushort head) => Volatile.Write(ref *(ushort*)(start + LastHeadOffset), head);

    /// <summary>The driver has been told.</summary>
    /// <param name="head">The chain's head.</param>
    /// <param name="usedIndex">The used index since then.</param>
    public void Ended(ushort head, ushort usedIndex)
    {
        Volatile.Write(ref *EntryOf(head), (byte)0);
        Volatile.Write(ref *(ushort*)(start + UsedIndexOffset), usedIndex);
    }

    /// <summary>A chain is given back to where it was taken from.</summary>
    public void Undo(ushort head) => Volatile.Write(ref *EntryOf(head), (byte)0);

    /// <summary>Tells which chains were begun and are not done, in the order in which they were begun.</summary>
    /// <param name="usedIndex">The used index of the ring.</param>
    public List<ushort> Recover(ushort usedIndex)
    {
        ushort* version = (ushort*)(start + VersionOffset);
        if (*version != Version)
        {
            *(ushort*)(start + CountOffset) = (ushort)size;
            *(ushort*)(start + UsedIndexOffset) = usedIndex;
            *version = Version;
            return [];
        }

        if (*(ushort*)(start + UsedIndexOffset) != usedIndex)
        {
            // The end came between telling the driver and this.
            int last = *(ushort*)(start + LastHeadOffset);
            if (last < size)
            {
                Ended((ushort)last, usedIndex);
            }
        }

        List<(ulong Counter, ushort Head)> begun = [];
        for (int head = 0; head < size; head++)
        {
            byte* entry = EntryOf((ushort)head);
            if (*entry == 1)
            {
                begun.Add((*(ulong*)(entry + CounterOffset), (ushort)head));
            }
        }

        begun.Sort();
        _counter = begun.Count > 0 ? begun[^1].Counter + 1 : 0;
        return [.. begun.Select(chain => chain.Head)];
    }

    private byte* EntryOf(ushort head) => start + HeaderLength + (EntryLength * head);
}
