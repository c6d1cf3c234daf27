using Emulator.Memory;

namespace Emulator.Unicorn;

/// <summary>
/// Where the guest's memories stand in libunicorn's physical address space. That is no address of the guest's: the tables that libunicorn walks are ours.
/// </summary>
internal sealed unsafe class UnicornMemory
{
    /// <summary>Where they begin; nothing is below but what <see cref="UnicornProcessor"/> fills it with.</summary>
    public const ulong Start = 1UL << 40;

    private readonly List<GuestRam> _memories = [];
    private readonly List<ulong> _addresses = [];

    /// <summary>Lays out all memories of a bus, each once.</summary>
    public UnicornMemory(SystemBus bus)
    {
        End = Start;
        foreach (BusRegion region in bus.Regions)
        {
            if ((region.Ram ?? region.MappedArray?.Array) is { } memory && !_memories.Contains(memory))
            {
                _memories.Add(memory);
                _addresses.Add(End);
                End += memory.Length;
            }
        }
    }

    /// <summary>Behind the last memory.</summary>
    public ulong End { get; }

    /// <summary>The memories.</summary>
    public IReadOnlyList<GuestRam> Memories => _memories;

    /// <summary>Where a memory stands, or null for one that is not on the bus.</summary>
    public ulong? AddressOf(GuestRam memory)
    {
        int index = _memories.IndexOf(memory);
        return index < 0 ? null : _addresses[index];
    }

    /// <summary>Where a page of host memory stands; it must be of one of the memories.</summary>
    public ulong AddressOf(byte* page)
    {
        for (int i = 0; i < _memories.Count; i++)
        {
            ulong offset = (ulong)(page - _memories[i].Pointer);
            if (offset < _memories[i].Length)
            {
                return _addresses[i] + offset;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(page), "not a page of the machine's memories");
    }

    /// <summary>The memory behind an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="offset">Offset in the memory.</param>
    public GuestRam Find(ulong address, out ulong offset)
    {
        int index = 0;
        while (index + 1 < _memories.Count && address >= _addresses[index + 1])
        {
            index++;
        }

        offset = address - _addresses[index];
        return _memories[index];
    }
}
