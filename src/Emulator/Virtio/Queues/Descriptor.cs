using System.Buffers.Binary;

namespace Emulator.Virtio.Queues;

/// <summary>
/// A descriptor of either ring, as it was read at one moment. In a split ring the last two fields are flags and the next descriptor's index (virtio 1.3, section 2.7.5), in a
/// packed one the buffer's id and flags (section 2.8.13).
/// </summary>
/// <param name="Address">Guest physical address of the buffer.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Flags">What it is.</param>
/// <param name="Link">The next descriptor's index, or the buffer's id.</param>
internal readonly record struct Descriptor(ulong Address, uint Length, DescriptorFlags Flags, ushort Link)
{
    /// <summary>Length of a descriptor in bytes.</summary>
    public const int Size = 16;

    public bool HasNext => (Flags & DescriptorFlags.Next) != 0;

    public bool IsWritable => (Flags & DescriptorFlags.Write) != 0;

    public bool IsIndirect => (Flags & DescriptorFlags.Indirect) != 0;

    /// <summary>Reads an entry of a split ring's table.</summary>
    public static Descriptor ReadSplit(ReadOnlySpan<byte> table, int index)
    {
        ReadOnlySpan<byte> entry = table.Slice(index * Size, Size);
        return new Descriptor(
            BinaryPrimitives.ReadUInt64LittleEndian(entry),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]),
            (DescriptorFlags)BinaryPrimitives.ReadUInt16LittleEndian(entry[12..]),
            BinaryPrimitives.ReadUInt16LittleEndian(entry[14..]));
    }

    /// <summary>Reads an entry of a packed ring, or of a table that it refers to.</summary>
    public static Descriptor ReadPacked(ReadOnlySpan<byte> ring, int index)
    {
        Descriptor split = ReadSplit(ring, index);
        return split with { Flags = (DescriptorFlags)split.Link, Link = (ushort)split.Flags };
    }
}
