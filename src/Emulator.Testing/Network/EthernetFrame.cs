using System.Buffers.Binary;

namespace Emulator.Testing.Network;

/// <summary>An Ethernet II frame (IEEE 802.3, 3.2).</summary>
internal readonly ref struct EthernetFrame
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 14;

    /// <summary>EtherType of IPv4.</summary>
    public const ushort Ipv4 = 0x0800;

    /// <summary>EtherType of ARP.</summary>
    public const ushort Arp = 0x0806;

    private EthernetFrame(ReadOnlySpan<byte> bytes)
    {
        Destination = MacAddress.Read(bytes);
        Source = MacAddress.Read(bytes[MacAddress.Length..]);
        Type = BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]);
        Payload = bytes[HeaderLength..];
    }

    /// <summary>Whom it is for.</summary>
    public MacAddress Destination { get; }

    /// <summary>Whom it is from.</summary>
    public MacAddress Source { get; }

    /// <summary>The protocol within.</summary>
    public ushort Type { get; }

    /// <summary>What it carries, padding included.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads a frame.</summary>
    /// <returns>False when it is too short.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out EthernetFrame frame)
    {
        bool fits = bytes.Length >= HeaderLength;
        frame = fits ? new EthernetFrame(bytes) : default;
        return fits;
    }

    /// <summary>Writes a header.</summary>
    public static void WriteHeader(Span<byte> bytes, MacAddress destination, MacAddress source, ushort type)
    {
        destination.Write(bytes);
        source.Write(bytes[MacAddress.Length..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[12..], type);
    }
}
