using Emulator.Network;
using System.Buffers.Binary;

namespace Emulator.Testing.Network;

/// <summary>A UDP datagram (RFC 768).</summary>
internal readonly ref struct UdpDatagram
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 8;

    private UdpDatagram(ReadOnlySpan<byte> bytes)
    {
        SourcePort = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        Payload = bytes[HeaderLength..];
    }

    /// <summary>Port that it is from.</summary>
    public ushort SourcePort { get; }

    /// <summary>Port that it is for.</summary>
    public ushort DestinationPort { get; }

    /// <summary>What it carries.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads a packet's datagram.</summary>
    /// <returns>False when it is broken.</returns>
    public static bool TryParse(scoped in Ipv4Packet packet, out UdpDatagram datagram)
    {
        datagram = default;
        ReadOnlySpan<byte> bytes = packet.Payload;
        if (bytes.Length < HeaderLength)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        if (length < HeaderLength || length > bytes.Length)
        {
            return false;
        }

        bytes = bytes[..length];
        bool hasChecksum = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) != 0;
        uint pseudo = InternetChecksum.OfPseudoHeader(packet.Source, packet.Destination, Ipv4Packet.Udp, length);
        if (hasChecksum && InternetChecksum.Finish(InternetChecksum.Add(pseudo, bytes)) != 0)
        {
            return false;
        }

        datagram = new UdpDatagram(bytes);
        return true;
    }

    /// <summary>Writes a header in front of a payload that stands there already.</summary>
    public static void WriteHeader(Span<byte> bytes, uint source, ushort sourcePort, uint destination, ushort destinationPort)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], 0);
        uint pseudo = InternetChecksum.OfPseudoHeader(source, destination, Ipv4Packet.Udp, bytes.Length);
        ushort checksum = InternetChecksum.Finish(InternetChecksum.Add(pseudo, bytes));

        // 0 says that there is none; its twin in ones' complement stands for it.
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], checksum == 0 ? (ushort)0xffff : checksum);
    }
}
