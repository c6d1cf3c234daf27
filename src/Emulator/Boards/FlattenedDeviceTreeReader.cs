using System.Buffers.Binary;
using System.Text;

namespace Emulator.Boards;

/// <summary>Reads the flattened form, and believes nothing in it.</summary>
internal sealed class FlattenedDeviceTreeReader
{
    // Deeper than any real tree; keeps a hostile one from using up the stack.
    private const int DeepestNode = 64;

    private readonly ReadOnlyMemory<byte> _data;
    private ReadOnlyMemory<byte> _structure;
    private ReadOnlyMemory<byte> _strings;
    private int _position;

    public FlattenedDeviceTreeReader(ReadOnlyMemory<byte> data)
    {
        _data = data;
    }

    public DeviceTree Read()
    {
        if (_data.Length < FlattenedDeviceTree.HeaderLength || Field(FlattenedDeviceTree.MagicOffset) != FlattenedDeviceTree.Magic)
        {
            throw Bad("does not start with the header of a flattened tree");
        }

        if (Field(FlattenedDeviceTree.TotalSizeOffset) > (uint)_data.Length)
        {
            throw Bad("is truncated");
        }

        if (Field(FlattenedDeviceTree.VersionOffset) < FlattenedDeviceTree.Version || Field(FlattenedDeviceTree.LastCompatibleVersionOffset) > FlattenedDeviceTree.Version)
        {
            throw Bad($"has version {Field(FlattenedDeviceTree.VersionOffset)}, only 17 can be read");
        }

        _structure = Block(FlattenedDeviceTree.StructureOffset, FlattenedDeviceTree.StructureSizeOffset);
        _strings = Block(FlattenedDeviceTree.StringsOffset, FlattenedDeviceTree.StringsSizeOffset);
        DeviceTree tree = new() { BootCpu = Field(FlattenedDeviceTree.BootCpuOffset) };
        ReadReservations(tree);
        if (NextToken() != FlattenedDeviceTree.BeginNode || ReadName().Length != 0)
        {
            throw Bad("has no root node");
        }

        ReadNode(tree.Root, 0);
        return NextToken() == FlattenedDeviceTree.End ? tree : throw Bad("has more than one root node");
    }

    private static DeviceTreeException Bad(string problem) => new($"the device tree {problem}; compile it again with dtc");

    private uint Field(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_data.Span[offset..]);

    private ReadOnlyMemory<byte> Block(int offsetField, int sizeField)
    {
        uint offset = Field(offsetField);
        uint size = Field(sizeField);
        uint total = Field(FlattenedDeviceTree.TotalSizeOffset);
        return offset <= total && size <= total - offset ? _data.Slice((int)offset, (int)size) : throw Bad("has a block outside itself");
    }

    private void ReadReservations(DeviceTree tree)
    {
        uint total = Field(FlattenedDeviceTree.TotalSizeOffset);
        for (uint offset = Field(FlattenedDeviceTree.ReservationsOffset); offset <= total && total - offset >= 16; offset += 16)
        {
            ulong address = BinaryPrimitives.ReadUInt64BigEndian(_data.Span[(int)offset..]);
            ulong length = BinaryPrimitives.ReadUInt64BigEndian(_data.Span[((int)offset + 8)..]);
            if (address == 0 && length == 0)
            {
                return;
            }

            tree.Reservations.Add((address, length));
        }

        throw Bad("has reserved memory without an end");
    }

    private void ReadNode(DeviceTreeNode node, int depth)
    {
        if (depth == DeepestNode)
        {
            throw Bad($"is more than {DeepestNode} nodes deep");
        }

        while (true)
        {
            switch (NextToken())
            {
                case FlattenedDeviceTree.Property:
                    uint length = ReadCell();
                    string name = StringAt(ReadCell());
                    node.SetBytes(name, Take(length));
                    break;
                case FlattenedDeviceTree.BeginNode:
                    ReadNode(node.Add(ReadName()), depth + 1);
                    break;
                case FlattenedDeviceTree.EndNode:
                    return;
                default:
                    throw Bad($"is broken at offset 0x{_position:x} of its structure");
            }
        }
    }

    private uint NextToken()
    {
        uint token;
        do
        {
            token = ReadCell();
        }
        while (token == FlattenedDeviceTree.Nop);

        return token;
    }

    private uint ReadCell() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    private string ReadName()
    {
        int length = _structure.Span[_position..].IndexOf((byte)0);
        return length >= 0 ? Encoding.UTF8.GetString(Take((uint)length + 1)[..length]) : throw Bad("has a node name without an end");
    }

    private string StringAt(uint offset)
    {
        if (offset >= (uint)_strings.Length)
        {
            throw Bad("has a property whose name lies outside its strings");
        }

        ReadOnlySpan<byte> name = _strings.Span[(int)offset..];
        int length = name.IndexOf((byte)0);
        return length >= 0 ? Encoding.UTF8.GetString(name[..length]) : throw Bad("has a property name without an end");
    }

    /// <summary>The next bytes, and their padding to a whole cell.</summary>
    private ReadOnlySpan<byte> Take(uint count)
    {
        uint left = (uint)(_structure.Length - _position);
        if (count > left)
        {
            throw Bad("ends in the middle of a node");
        }

        ReadOnlySpan<byte> bytes = _structure.Span.Slice(_position, (int)count);
        _position += (int)Math.Min(left, (count + 3) & ~3u);
        return bytes;
    }
}
