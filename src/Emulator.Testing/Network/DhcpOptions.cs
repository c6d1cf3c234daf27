using System.Buffers.Binary;

namespace Emulator.Testing.Network;

/// <summary>The options of a DHCP request (RFC 2132).</summary>
internal readonly ref struct DhcpOptions
{
    /// <summary>Reads options; what is broken ends them.</summary>
    public DhcpOptions(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && bytes[0] != (byte)DhcpOption.End)
        {
            if (bytes[0] == (byte)DhcpOption.Pad)
            {
                bytes = bytes[1..];
                continue;
            }

            if (bytes.Length < 2 || bytes.Length < 2 + bytes[1])
            {
                break;
            }

            ReadOnlySpan<byte> value = bytes.Slice(2, bytes[1]);
            switch ((DhcpOption)bytes[0])
            {
                case DhcpOption.MessageType when value.Length == 1:
                    MessageType = (DhcpMessage)value[0];
                    break;
                case DhcpOption.RequestedAddress when value.Length == 4:
                    RequestedAddress = BinaryPrimitives.ReadUInt32BigEndian(value);
                    break;
                case DhcpOption.ServerIdentifier when value.Length == 4:
                    ServerIdentifier = BinaryPrimitives.ReadUInt32BigEndian(value);
                    break;
            }

            bytes = bytes[(2 + value.Length)..];
        }
    }

    /// <summary>What the client wants; null for plain BOOTP.</summary>
    public DhcpMessage? MessageType { get; }

    /// <summary>The address that it wants.</summary>
    public uint? RequestedAddress { get; }

    private uint? ServerIdentifier { get; }

    /// <summary>True when it is meant for another server.</summary>
    public bool IsForOther(uint server) => ServerIdentifier is { } meant && meant != server;
}
