using System.Buffers.Binary;

namespace Emulator.Network;

/// <summary>The checksum of IPv4, ICMP, UDP and TCP (RFC 1071).</summary>
internal static class InternetChecksum
{
    /// <summary>Adds bytes to a sum, those at an even place being high halves.</summary>
    public static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 2)
        {
            sum = Fold(sum + BinaryPrimitives.ReadUInt16BigEndian(bytes));
            bytes = bytes[2..];
        }

        return bytes.IsEmpty ? sum : Fold(sum + ((uint)bytes[0] << 8));
    }

    /// <summary>What UDP and TCP sum up before their own bytes (RFC 9293, 3.1).</summary>
    public static uint OfPseudoHeader(uint source, uint destination, byte protocol, int length) =>
        Fold((source >> 16) + (source & 0xffff) + (destination >> 16) + (destination & 0xffff) + protocol + (uint)length);

    /// <summary>The checksum that belongs to a sum.</summary>
    public static ushort Finish(uint sum) => (ushort)~Fold(sum);

    private static uint Fold(uint sum)
    {
        sum = (sum & 0xffff) + (sum >> 16);
        return (sum & 0xffff) + (sum >> 16);
    }
}
