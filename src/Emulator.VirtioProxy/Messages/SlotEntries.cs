using System.Buffers.Binary;
using System.Text;

namespace Emulator.VirtioProxy.Messages;

/// <summary>The entries of a slot: tag, length, and a value that is padded to 4 bytes. They are written one after the other; one that finds no room in the message is left out.</summary>
/// <param name="bytes">Where they go.</param>
internal ref struct SlotEntries(Span<byte> bytes)
{
    private const int Header = 4;

    private readonly Span<byte> _bytes = bytes;

    /// <summary>Bytes of all entries.</summary>
    public int Length { get; private set; }

    /// <summary>How many there are.</summary>
    public ushort Count { get; private set; }

    /// <summary>Adds a number of 4 bytes.</summary>
    public void Add(SlotTag tag, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Add(tag, bytes);
    }

    /// <summary>Adds a number of 8 bytes.</summary>
    public void Add(SlotTag tag, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Add(tag, bytes);
    }

    /// <summary>Adds a setting.</summary>
    public void Add(string key, string value) => Add(SlotTag.Setting, Encoding.UTF8.GetBytes($"{key}={value}"));

    /// <summary>Takes the next entry off.</summary>
    /// <param name="entries">What is left of them.</param>
    /// <param name="tag">What it tells.</param>
    /// <param name="value">Its value.</param>
    /// <returns>False at the end, or when what is left is no entry.</returns>
    public static bool TryTake(ref ReadOnlySpan<byte> entries, out SlotTag tag, out ReadOnlySpan<byte> value)
    {
        tag = default;
        value = default;
        if (entries.Length < Header)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(entries[2..]);
        if (length > entries.Length - Header)
        {
            return false;
        }

        tag = (SlotTag)BinaryPrimitives.ReadUInt16LittleEndian(entries);
        value = entries.Slice(Header, length);
        entries = entries[Math.Min(Header + Pad(length), entries.Length)..];
        return true;
    }

    private static int Pad(int length) => (length + 3) / 4 * 4;

    private void Add(SlotTag tag, scoped ReadOnlySpan<byte> value)
    {
        int whole = Header + Pad(value.Length);
        if (whole > _bytes.Length - Length)
        {
            return;
        }

        Span<byte> entry = _bytes.Slice(Length, whole);
        entry.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)tag);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)value.Length);
        value.CopyTo(entry[Header..]);
        Length += whole;
        Count++;
    }
}
