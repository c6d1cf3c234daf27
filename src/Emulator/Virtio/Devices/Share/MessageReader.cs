using System.Buffers.Binary;

namespace Emulator.Virtio.Devices.Share;

/// <summary>Takes fields from a message. A message that is too short gives zeros, and <see cref="IsShort"/> says so.</summary>
/// <param name="body">The message behind its head.</param>
internal ref struct MessageReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    /// <summary>True when a field was asked for that is not there.</summary>
    public bool IsShort { get; private set; }

    public byte Byte() => Take(1) is [byte value] ? value : (byte)0;

    public ushort UInt16() => Take(2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    public uint UInt32() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    public ulong UInt64() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>Takes a string: a length of 16 bits, then so many bytes of UTF-8.</summary>
    public ReadOnlySpan<byte> String() => Take(UInt16());

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            IsShort = true;
            _rest = default;
            return default;
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
