using System.Buffers.Binary;

namespace Emulator.Network;

/// <summary>What is left to do to a large frame: to cut it, and to complete the checksums of the pieces.</summary>
/// <param name="Kind">What to cut it into.</param>
/// <param name="HasCongestionBit">True when its TCP header may say that the network is congested.</param>
/// <param name="SegmentSize">Bytes of payload in each piece, not zero.</param>
/// <param name="ChecksumStart">Where the header of TCP or UDP begins.</param>
/// <param name="ChecksumOffset">Where in that header the checksum is.</param>
internal readonly record struct FrameOffload(SegmentationKind Kind, bool HasCongestionBit, ushort SegmentSize, ushort ChecksumStart, ushort ChecksumOffset)
{
    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public const int Length = 8;

    /// <summary>Bytes of the largest frame that is cut: an IP packet of 64 KiB behind an Ethernet header with a VLAN's tag.</summary>
    public const int MostFrameBytes = 18 + 65535;

    /// <summary>Writes it in front of a frame.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)Kind;
        destination[1] = HasCongestionBit ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], SegmentSize);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], ChecksumStart);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], ChecksumOffset);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static FrameOffload Read(ReadOnlySpan<byte> source) => new(
        (SegmentationKind)source[0],
        source[1] != 0,
        BinaryPrimitives.ReadUInt16LittleEndian(source[2..]),
        BinaryPrimitives.ReadUInt16LittleEndian(source[4..]),
        BinaryPrimitives.ReadUInt16LittleEndian(source[6..]));
}
