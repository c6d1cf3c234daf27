namespace Emulator.Virtio.Queues;

/// <summary>Where a driver has put a virtqueue: what a transport's queue registers hold.</summary>
/// <param name="Size">Number of entries (Queue Size).</param>
/// <param name="DescriptorArea">Guest physical address of the descriptor table, or of a packed ring.</param>
/// <param name="DriverArea">Guest physical address of the available ring, or of a packed ring's driver event suppression structure.</param>
/// <param name="DeviceArea">Guest physical address of the used ring, or of a packed ring's device event suppression structure.</param>
public readonly record struct VirtqueueSettings(int Size, ulong DescriptorArea, ulong DriverArea, ulong DeviceArea)
{
    /// <summary>Most entries of a queue: as many as QEMU's devices take. The standard allows 32768.</summary>
    public const int LargestSize = 1024;

    /// <summary>Where the rings of the legacy interface are, one behind the other (virtio 1.3, section 2.7.2): table, available ring, padding, used ring.</summary>
    /// <param name="size">Number of entries.</param>
    /// <param name="table">Guest physical address of the table.</param>
    /// <param name="align">Alignment of the used ring in bytes.</param>
    internal static VirtqueueSettings Legacy(int size, ulong table, uint align)
    {
        ulong available = table + (16 * (ulong)size);
        ulong end = available + 4 + (2 * (ulong)size) + 2;
        ulong step = Math.Max(align, 1);
        return new VirtqueueSettings(size, table, available, (end + step - 1) / step * step);
    }
}
