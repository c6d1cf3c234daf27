using System.Runtime.InteropServices;
using Emulator.Cpu;
using Emulator.Memory;

namespace Emulator.Lockstep;

/// <summary>The leader's memories beside the follower's, in the same order.</summary>
internal sealed unsafe class MemoryComparison(IReadOnlyList<GuestRam> leaders, IReadOnlyList<GuestRam> followers)
{
    private const int MostDifferences = 16;

    /// <summary>True when both have the same wherever a CPU of either has stored.</summary>
    /// <param name="journal">Its stores.</param>
    public bool IsEqual(List<StoreRecord> journal)
    {
        foreach (ref readonly StoreRecord store in CollectionsMarshal.AsSpan(journal))
        {
            if (!Bytes(store).SequenceEqual(Bytes(store with { Memory = OtherOf(store.Memory) })))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Stores that have not the same result in both.</summary>
    public IEnumerable<StateDifference> Differences(IEnumerable<StoreRecord> stores) =>
        stores.Select(OfLeader).DistinctBy(store => (store.Memory, store.Offset, store.Length))
            .Where(store => !Bytes(store).SequenceEqual(Bytes(OfFollower(store))))
            .Select(store => Difference(store.Memory, store.Offset, store.Length)).ToList();

    /// <summary>True when both have the same in all pages that were ever written.</summary>
    public bool IsEqual() => FindDifferentPages().Count == 0;

    /// <summary>The first bytes that are not the same, of each page that is not.</summary>
    public IReadOnlyList<StateDifference> Differences() => [.. FindDifferentPages().Take(MostDifferences).Select(page =>
    {
        GuestRam leader = leaders[page.Memory];
        ulong offset = page.Offset + (ulong)Page(leader, page.Offset).CommonPrefixLength(Page(followers[page.Memory], page.Offset));
        return Difference(leader, offset & ~7UL, sizeof(ulong));
    })];

    /// <summary>Gives the leader's memory the follower's contents.</summary>
    public void CopyToLeader()
    {
        foreach ((int memory, ulong offset) in FindDifferentPages())
        {
            leaders[memory].Write(offset, Page(followers[memory], offset));
        }
    }

    private List<(int Memory, ulong Offset)> FindDifferentPages()
    {
        List<(int, ulong)> pages = [];
        for (int i = 0; i < leaders.Count; i++)
        {
            GuestRam leader = leaders[i];
            GuestRam follower = followers[i];
            for (ulong offset = 0; offset < leader.Length; offset += GuestRam.PageSize)
            {
                int page = (int)(offset >> GuestRam.PageShift);
                if ((leader.IsDirty(page) || follower.IsDirty(page)) && !Page(leader, offset).SequenceEqual(Page(follower, offset)))
                {
                    pages.Add((i, offset));
                }
            }
        }

        return pages;
    }

    private StateDifference Difference(GuestRam leader, ulong offset, int length)
    {
        var store = new StoreRecord(leader, offset, length, 0);
        return new StateDifference($"{leader.Name}+0x{offset:x}", Convert.ToHexStringLower(Bytes(store)), Convert.ToHexStringLower(Bytes(OfFollower(store))));
    }

    private StoreRecord OfFollower(StoreRecord store) => store with { Memory = OtherOf(store.Memory) };

    private StoreRecord OfLeader(StoreRecord store) => IndexOf(leaders, store.Memory) >= 0 ? store : store with { Memory = OtherOf(store.Memory) };

    private GuestRam OtherOf(GuestRam memory)
    {
        int index = IndexOf(leaders, memory);
        return index >= 0 ? followers[index] : leaders[IndexOf(followers, memory)];
    }

    // A machine has a handful of memories.
    private static int IndexOf(IReadOnlyList<GuestRam> memories, GuestRam memory)
    {
        for (int i = 0; i < memories.Count; i++)
        {
            if (ReferenceEquals(memories[i], memory))
            {
                return i;
            }
        }

        return -1;
    }

    private static ReadOnlySpan<byte> Bytes(in StoreRecord store) => new(store.Memory.Pointer + store.Offset, store.Length);

    private static ReadOnlySpan<byte> Page(GuestRam memory, ulong offset) => new(memory.Pointer + offset, GuestRam.PageSize);
}
