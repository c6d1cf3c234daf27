using Emulator.Memory;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>
/// The memory that a front end shares: regions of guest memory, each mapped from a file of its. What is in no region cannot be reached; that is checked here when a region comes, and then once for each
/// address that a ring or a descriptor has.
/// </summary>
/// <param name="mayShrink">Accepts files that can be cut short.</param>
internal sealed class FrontEndMemory(bool mayShrink) : IDisposable
{
    /// <summary>Most regions at a time.</summary>
    public const int MostRegions = 32;

    private readonly List<(FrontEndRegion Region, GuestRam Ram)> _regions = [];
    private SystemBus _bus = new();

    /// <summary>The memory as a device sees it. When a region goes, this one must not be used any more.</summary>
    public DmaView View => new(_bus, BusInitiator.Host);

    /// <summary>Removes all regions and adds others. Nobody may use the memory meanwhile.</summary>
    /// <exception cref="PeerLostException">They cannot be what they are said to be.</exception>
    public void Replace(ReadOnlySpan<FrontEndRegion> regions, ReadOnlySpan<int> descriptors)
    {
        Clear();
        for (int i = 0; i < regions.Length; i++)
        {
            Add(regions[i], descriptors[i]);
        }
    }

    /// <summary>Adds a region.</summary>
    /// <param name="region">The region.</param>
    /// <param name="descriptor">Its file, which stays the caller's.</param>
    /// <exception cref="PeerLostException">It cannot be what it is said to be.</exception>
    public void Add(in FrontEndRegion region, int descriptor)
    {
        if (_regions.Count == MostRegions || !region.IsSound)
        {
            throw new PeerLostException($"the region of {region.Length} bytes at 0x{region.Address:x} is one too many, or cannot be one");
        }

        foreach ((FrontEndRegion other, _) in _regions)
        {
            if (region.Overlaps(other))
            {
                throw new PeerLostException($"the regions at 0x{region.Address:x} and 0x{other.Address:x} overlap");
            }
        }

        ForeignHostPages pages = ForeignHostPages.TryMap(descriptor, region.FileOffset, region.Length, mayShrink, out string problem) ?? throw new PeerLostException(problem);
        var ram = new GuestRam($"front-end:0x{region.Address:x}", pages);
        _regions.Add((region, ram));
        _bus.MapRam(region.Address, ram);
    }

    /// <summary>Removes a region. Nobody may use it any more.</summary>
    /// <exception cref="PeerLostException">There is none such.</exception>
    public void Remove(FrontEndRegion region)
    {
        int index = _regions.FindIndex(known => known.Region with { FileOffset = 0 } == region with { FileOffset = 0 });
        if (index < 0)
        {
            throw new PeerLostException($"there is no region of {region.Length} bytes at 0x{region.Address:x} to remove");
        }

        _regions[index].Ram.Dispose();
        _regions.RemoveAt(index);
        MakeBus();
    }

    /// <summary>Removes all regions. Nobody may use them any more.</summary>
    public void Clear()
    {
        foreach ((_, GuestRam ram) in _regions)
        {
            ram.Dispose();
        }

        _regions.Clear();
        MakeBus();
    }

    /// <summary>Makes a guest physical address of one of the front end's own.</summary>
    /// <returns>False when it is in no region.</returns>
    public bool TryTranslate(ulong userAddress, out ulong address)
    {
        foreach ((FrontEndRegion region, _) in _regions)
        {
            ulong offset = userAddress - region.UserAddress;
            if (offset < region.Length)
            {
                address = region.Address + offset;
                return true;
            }
        }

        address = 0;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private void MakeBus()
    {
        _bus = new SystemBus();
        foreach ((FrontEndRegion region, GuestRam ram) in _regions)
        {
            _bus.MapRam(region.Address, ram);
        }
    }
}
