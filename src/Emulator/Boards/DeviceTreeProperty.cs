using System.Buffers.Binary;
using System.Text;

namespace Emulator.Boards;

/// <summary>A property of a device-tree node (Devicetree Specification 0.4, section 2.2.4).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its bytes; the caller keeps them unchanged.</param>
public sealed record DeviceTreeProperty(string Name, ReadOnlyMemory<byte> Value)
{
    /// <summary>The value as 32-bit big-endian cells; bytes after the last whole cell are left out.</summary>
    public IReadOnlyList<uint> Cells
    {
        get
        {
            uint[] cells = new uint[Value.Length / 4];
            for (int index = 0; index < cells.Length; index++)
            {
                cells[index] = BinaryPrimitives.ReadUInt32BigEndian(Value.Span[(index * 4)..]);
            }

            return cells;
        }
    }

    /// <summary>The value as strings that end with zero bytes.</summary>
    public IReadOnlyList<string> Strings => Value.IsEmpty ? [] : Encoding.UTF8.GetString(Value.Span).TrimEnd('\0').Split('\0');

    /// <summary>The value as one string; empty when there is none.</summary>
    public string String => Strings.Count == 0 ? "" : Strings[0];
}
