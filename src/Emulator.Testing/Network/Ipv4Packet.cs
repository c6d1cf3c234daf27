using Emulator.Network;
using System.Buffers.Binary;

namespace Emulator.Testing.Network;

/// <summary>An IPv4 packet (RFC 791).</summary>
internal readonly ref struct Ipv4Packet
{
    /// <summary>Bytes of a header without options.</summary>
    public const int HeaderLength = 20;

    /// <summary>Protocol number of ICMP.</summary>
    public const byte Icmp = 1;

    /// <summary>Protocol number of TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>Protocol number of UDP.</summary>
    public const byte Udp = 17;

    /// <summary>The address that all hosts of a link listen to.</summary>
    public const uint Broadcast = 0xffff_ffff;

    private const byte TimeToLive = 64;
    private const ushort DoNotFragment = 0x4000;
    private const ushort MoreFragmentsAndOffset = 0x3fff;

    private Ipv4Packet(ReadOnlySpan<byte> bytes, int headerLength)
    {
        Bytes = bytes;
        Protocol = bytes[9];
        Source = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]);
        Destination = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
        Payload = bytes[headerLength..];
    }

    /// <summary>The packet as it is.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The protocol within.</summary>
    public byte Protocol { get; }

    /// <summary>Whom it is from.</summary>
    public uint Source { get; }

    /// <summary>Whom it is for.</summary>
    public uint Destination { get; }

    /// <summary>What it carries, without Ethernet's padding.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads a packet.</summary>
    /// <returns>False when it is broken, or a fragment: nobody here sends any.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Ipv4Packet packet)
    {
        packet = default;
        if (bytes.Length < HeaderLength || bytes[0] >> 4 != 4)
        {
            return false;
        }

        int headerLength = (bytes[0] & 15) * 4;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (headerLength < HeaderLength || length < headerLength || length > bytes.Length
            || (BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) & MoreFragmentsAndOffset) != 0
            || InternetChecksum.Finish(InternetChecksum.Add(0, bytes[..headerLength])) != 0)
        {
            return false;
        }

        packet = new Ipv4Packet(bytes[..length], headerLength);
        return true;
    }

    /// <summary>Writes a header in front of a payload that stands there already.</summary>
    /// <param name="bytes">Header and payload.</param>
    /// <param name="protocol">The protocol within.</param>
    /// <param name="source">Whom it is from.</param>
    /// <param name="destination">Whom it is for.</param>
    public static void WriteHeader(Span<byte> bytes, byte protocol, uint source, uint destination)
    {
        bytes[..HeaderLength].Clear();
        bytes[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], DoNotFragment);
        bytes[8] = TimeToLive;
        bytes[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], destination);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], InternetChecksum.Finish(InternetChecksum.Add(0, bytes[..HeaderLength])));
    }
}
