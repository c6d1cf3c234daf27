using System.Buffers.Binary;

namespace Emulator.Boards;

/// <summary>A device tree. <see cref="ToBytes"/> and <see cref="Parse"/> turn it into the flattened form that a guest is handed, and back.</summary>
public sealed class DeviceTree
{
    /// <summary>The root node.</summary>
    public DeviceTreeNode Root { get; } = new("");

    /// <summary>Memory that a guest must not use: first address and length in bytes.</summary>
    public IList<(ulong Address, ulong Length)> Reservations { get; } = [];

    /// <summary>Physical id of the CPU that boots (<c>boot_cpuid_phys</c>).</summary>
    public uint BootCpu { get; set; }

    /// <summary>Reads a flattened tree, version 17.</summary>
    /// <param name="data">The bytes; what follows the tree's own length does not matter.</param>
    /// <exception cref="DeviceTreeException">They are no proper tree.</exception>
    public static DeviceTree Parse(ReadOnlyMemory<byte> data) => new FlattenedDeviceTreeReader(data).Read();

    /// <summary>The flattened form, version 17.</summary>
    /// <param name="length">Length to pad to in bytes, so that firmware has room to add to the tree; 0 for none.</param>
    /// <exception cref="DeviceTreeException">The tree is longer than that.</exception>
    public byte[] ToBytes(int length = 0)
    {
        byte[] bytes = new FlattenedDeviceTreeWriter().Write(this);
        if (length == 0)
        {
            return bytes;
        }

        if (bytes.Length > length)
        {
            throw new DeviceTreeException($"the device tree has {bytes.Length} bytes, there is room for {length}; make it smaller");
        }

        Array.Resize(ref bytes, length);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(FlattenedDeviceTree.TotalSizeOffset), (uint)length);
        return bytes;
    }

    /// <summary>The node of an absolute path, or null.</summary>
    /// <param name="path">For instance <c>/cpus/cpu@0</c>.</param>
    public DeviceTreeNode? Find(string path) => Root.Find(path);
}
