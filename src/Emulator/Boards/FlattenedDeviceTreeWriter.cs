using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Emulator.Boards;

/// <summary>Writes the flattened form.</summary>
internal sealed class FlattenedDeviceTreeWriter
{
    // Reservations must be aligned to 8 bytes.
    private const int ReservationsStart = (FlattenedDeviceTree.HeaderLength + 7) & ~7;

    private readonly ArrayBufferWriter<byte> _structure = new();
    private readonly ArrayBufferWriter<byte> _strings = new();
    private readonly Dictionary<string, uint> _stringOffsets = [];

    public byte[] Write(DeviceTree tree)
    {
        WriteNode(tree.Root);
        WriteCell(FlattenedDeviceTree.End);

        int structureStart = ReservationsStart + ((tree.Reservations.Count + 1) * 16);
        int stringsStart = structureStart + _structure.WrittenCount;
        byte[] bytes = new byte[stringsStart + _strings.WrittenCount];
        Set(bytes, FlattenedDeviceTree.MagicOffset, FlattenedDeviceTree.Magic);
        Set(bytes, FlattenedDeviceTree.TotalSizeOffset, (uint)bytes.Length);
        Set(bytes, FlattenedDeviceTree.StructureOffset, (uint)structureStart);
        Set(bytes, FlattenedDeviceTree.StringsOffset, (uint)stringsStart);
        Set(bytes, FlattenedDeviceTree.ReservationsOffset, ReservationsStart);
        Set(bytes, FlattenedDeviceTree.VersionOffset, FlattenedDeviceTree.Version);
        Set(bytes, FlattenedDeviceTree.LastCompatibleVersionOffset, FlattenedDeviceTree.LastCompatibleVersion);
        Set(bytes, FlattenedDeviceTree.BootCpuOffset, tree.BootCpu);
        Set(bytes, FlattenedDeviceTree.StringsSizeOffset, (uint)_strings.WrittenCount);
        Set(bytes, FlattenedDeviceTree.StructureSizeOffset, (uint)_structure.WrittenCount);

        Span<byte> reservation = bytes.AsSpan(ReservationsStart);
        foreach ((ulong address, ulong length) in tree.Reservations)
        {
            BinaryPrimitives.WriteUInt64BigEndian(reservation, address);
            BinaryPrimitives.WriteUInt64BigEndian(reservation[8..], length);
            reservation = reservation[16..];
        }

        _structure.WrittenSpan.CopyTo(bytes.AsSpan(structureStart));
        _strings.WrittenSpan.CopyTo(bytes.AsSpan(stringsStart));
        return bytes;
    }

    private static void Set(byte[] bytes, int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value);

    private void WriteNode(DeviceTreeNode node)
    {
        WriteCell(FlattenedDeviceTree.BeginNode);
        WritePadded([.. Encoding.UTF8.GetBytes(node.Name), 0]);
        foreach (DeviceTreeProperty property in node.Properties)
        {
            WriteCell(FlattenedDeviceTree.Property);
            WriteCell((uint)property.Value.Length);
            WriteCell(StringOffset(property.Name));
            WritePadded(property.Value.Span);
        }

        foreach (DeviceTreeNode child in node.Children)
        {
            WriteNode(child);
        }

        WriteCell(FlattenedDeviceTree.EndNode);
    }

    private uint StringOffset(string name)
    {
        if (!_stringOffsets.TryGetValue(name, out uint offset))
        {
            offset = (uint)_strings.WrittenCount;
            _stringOffsets.Add(name, offset);
            _strings.Write<byte>([.. Encoding.UTF8.GetBytes(name), 0]);
        }

        return offset;
    }

    private void WriteCell(uint value)
    {
        Span<byte> cell = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(cell, value);
        _structure.Write(cell);
    }

    private void WritePadded(ReadOnlySpan<byte> bytes)
    {
        _structure.Write(bytes);
        _structure.Write<byte>("\0\0\0"u8[..(-bytes.Length & 3)]);
    }
}
