using System.Buffers.Binary;

namespace Emulator.Testing.Network;

/// <summary>Writes the options of a DHCP reply (RFC 2132).</summary>
internal ref struct DhcpOptionWriter(Span<byte> bytes)
{
    private readonly Span<byte> _bytes = bytes;
    private int _length;

    /// <summary>Adds an option of one byte.</summary>
    public void Add(DhcpOption option, byte value)
    {
        _bytes[_length++] = (byte)option;
        _bytes[_length++] = 1;
        _bytes[_length++] = value;
    }

    /// <summary>Adds an option of four bytes.</summary>
    public void Add(DhcpOption option, uint value)
    {
        _bytes[_length++] = (byte)option;
        _bytes[_length++] = 4;
        BinaryPrimitives.WriteUInt32BigEndian(_bytes[_length..], value);
        _length += 4;
    }

    /// <summary>Ends the options.</summary>
    /// <returns>Their bytes.</returns>
    public int End()
    {
        _bytes[_length++] = (byte)DhcpOption.End;
        return _length;
    }
}
