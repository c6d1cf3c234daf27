using System.Buffers.Binary;

namespace Emulator.Fuzz;

/// <summary>Makes an input, or a part of one. What does not fit is left out.</summary>
/// <param name="capacity">Most bytes.</param>
internal sealed class InputWriter(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];
    private int _length;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public InputWriter Byte(uint value) => Bytes([(byte)value]);

    public InputWriter UInt16(uint value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return Bytes(bytes);
    }

    public InputWriter UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    public InputWriter UInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    public InputWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length <= _bytes.Length)
        {
            bytes.CopyTo(_bytes.AsSpan(_length));
            _length += bytes.Length;
        }

        return this;
    }
}
