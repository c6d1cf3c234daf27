using System.Buffers.Binary;

namespace Emulator.Virtio.Devices.Share;

/// <summary>Builds a message's body. The buffer is larger than any answer, but for strings of the driver's: see <see cref="TryString"/>.</summary>
/// <param name="buffer">Where to.</param>
internal ref struct MessageWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that can yet be written.</summary>
    public readonly int Room => _buffer.Length - Length;

    public void Byte(byte value) => _buffer[Length++] = value;

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[Length..], value);
        Length += 2;
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[Length..], value);
        Length += 4;
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[Length..], value);
        Length += 8;
    }

    /// <summary>Writes over what was written before.</summary>
    public readonly void Set(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(_buffer[offset..], value);

    /// <summary>Writes over what was written before.</summary>
    public readonly void Set(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_buffer[offset..], value);

    /// <summary>Writes a string with its length.</summary>
    /// <returns>False when there is no room for it.</returns>
    public bool TryString(ReadOnlySpan<byte> value)
    {
        if (value.Length > ushort.MaxValue || value.Length + 2 > Room)
        {
            return false;
        }

        UInt16((ushort)value.Length);
        value.CopyTo(_buffer[Length..]);
        Length += value.Length;
        return true;
    }

    /// <summary>Writes what names a file to the client: its kind, its version and its number.</summary>
    public void Qid(in FileStatus status, ulong number)
    {
        Byte(status.QidType);
        UInt32(status.Version);
        UInt64(number);
    }
}
