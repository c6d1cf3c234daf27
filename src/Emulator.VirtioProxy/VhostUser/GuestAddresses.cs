using Emulator.Memory;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>The guest's RAM as peers can map it: which part of it stands at which guest physical address.</summary>
internal sealed class GuestAddresses
{
    private readonly List<(GuestRam Memory, ulong Address)> _memories = [];

    /// <summary>Collects the RAM that devices reach and that other processes can map.</summary>
    /// <param name="bus">The machine's bus.</param>
    public GuestAddresses(SystemBus bus)
    {
        foreach (BusRegion region in bus.Regions)
        {
            if (region is { Ram: { FileDescriptor: >= 0 } ram, SecureOnly: false })
            {
                _memories.Add((ram, region.Base));
            }
        }
    }

    /// <summary>The RAM as regions of a memory table.</summary>
    public IEnumerable<VhostUserRegion> Regions => _memories.Select(memory => new VhostUserRegion(memory.Address, memory.Memory.Length, memory.Memory.FileDescriptor, memory.Memory));

    /// <summary>Finds the address of a piece of memory.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="address">Guest physical address.</param>
    /// <returns>False when peers do not reach it.</returns>
    public bool TryFind(in DmaRange piece, out ulong address)
    {
        foreach ((GuestRam memory, ulong start) in _memories)
        {
            if (ReferenceEquals(memory, piece.Memory))
            {
                address = start + piece.Offset;
                return true;
            }
        }

        address = 0;
        return false;
    }
}
