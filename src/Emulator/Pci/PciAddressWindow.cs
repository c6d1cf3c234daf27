using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Pci;

/// <summary>
/// A window of bus addresses that a PCI host forwards: I/O ports, 32-bit or 64-bit memory. Where no BAR answers, a read ends on
/// the bus as a master abort, which QEMU's generic host, like real ones, gives to the CPU as ones and no error; writes are lost.
/// </summary>
public sealed class PciAddressWindow : IMmioDevice, ISnapshotState
{
    private readonly PciBus? _bus;
    private readonly PciSpace _space;
    private readonly ulong _base;

    /// <summary>Creates a window.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>pci-mmio@10000000</c>.</param>
    /// <param name="length">Its length in bytes.</param>
    public PciAddressWindow(string name, ulong length)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfZero(length);
        Name = name;
        Length = length;
    }

    /// <summary>Creates a window to a bus.</summary>
    /// <param name="name">A name unique in the machine.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="bus">The bus.</param>
    /// <param name="space">The address space that it opens to.</param>
    /// <param name="busBase">Address on the bus of the window's first byte.</param>
    internal PciAddressWindow(string name, ulong length, PciBus bus, PciSpace space, ulong busBase)
        : this(name, length)
    {
        _bus = bus;
        _space = space;
        _base = busBase;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Length { get; }

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access) =>
        Find(access, out ulong offset) is { } region ? region.Read(access with { Offset = offset }) : ulong.MaxValue >> (64 - (8 * access.Size));

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value) =>
        Find(access, out ulong offset) is { } region ? region.Write(access with { Offset = offset }, value) : BusStatus.Ok;

    /// <inheritdoc/>
    public void Reset(ResetKind kind)
    {
        // Nothing to reset.
    }

    /// <inheritdoc/>
    public bool IsPollable(in BusAccess access) => Find(access, out ulong offset)?.IsPollable(access with { Offset = offset }) ?? true;

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
    }

    private IPciRegion? Find(in BusAccess access, out ulong offset)
    {
        offset = 0;
        return _bus?.Find(_space, _base + access.Offset, access.Size, out offset);
    }
}
