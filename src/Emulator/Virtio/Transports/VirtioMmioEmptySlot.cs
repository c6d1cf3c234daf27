using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Virtio.Transports;

/// <summary>
/// A virtio-mmio window with no device behind it: drivers find DeviceID 0 and leave it alone (virtio 1.3, section 4.2.2). As on QEMU
/// it tells its magic value, its version and its vendor; every other register reads as zero, and narrow reads answer only at a
/// register's first byte.
/// </summary>
public sealed class VirtioMmioEmptySlot : IMmioDevice, ISnapshotState
{
    /// <summary>Length of a slot's window in bytes.</summary>
    public const ulong WindowLength = 0x200;

    private const ulong MagicValueOffset = 0x000;
    private const ulong VersionOffset = 0x004;
    private const ulong VendorIdOffset = 0x00c;

    private const uint MagicValue = 0x7472_6976; // "virt"
    private const uint VendorId = 0x554d_4551; // "QEMU"

    private readonly uint _version;

    /// <summary>Creates the slot.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>virtio-mmio@a000000</c>.</param>
    /// <param name="version">Which interface a device would have here.</param>
    public VirtioMmioEmptySlot(string name, VirtioMmioVersion version = VirtioMmioVersion.Modern)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        _version = version == VirtioMmioVersion.Legacy ? 1u : 2;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Length => WindowLength;

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access) => access.Size switch
    {
        1 => (byte)RegisterAt(access.Offset),
        2 => (ushort)RegisterAt(access.Offset),
        4 => RegisterAt(access.Offset),
        _ => RegisterAt(access.Offset) | ((ulong)RegisterAt(access.Offset + 4) << 32),
    };

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value) => BusStatus.Ok;

    /// <inheritdoc/>
    public void Reset(ResetKind kind)
    {
        // Nothing to reset.
    }

    /// <inheritdoc/>
    public bool IsPollable(in BusAccess access) => true;

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

    private uint RegisterAt(ulong offset) => offset switch
    {
        MagicValueOffset => MagicValue,
        VersionOffset => _version,
        VendorIdOffset => VendorId,
        _ => 0,
    };
}
