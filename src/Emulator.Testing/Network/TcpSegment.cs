using Emulator.Network;
using System.Buffers.Binary;

namespace Emulator.Testing.Network;

/// <summary>A TCP segment (RFC 9293, 3.1).</summary>
internal readonly ref struct TcpSegment
{
    /// <summary>Bytes of a header without options.</summary>
    public const int HeaderLength = 20;

    /// <summary>Bytes of the option that tells the largest segment.</summary>
    public const int MaximumSegmentSizeOptionLength = 4;

    private const byte EndOfOptions = 0;
    private const byte NoOperation = 1;
    private const byte MaximumSegmentSizeOption = 2;
    private const int SmallestSegment = 64;

    // What counts when the option is absent (RFC 9293, 3.7.1).
    private const int DefaultSegmentSize = 536;

    private TcpSegment(ReadOnlySpan<byte> bytes, int headerLength)
    {
        SourcePort = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        Sequence = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        Acknowledgment = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        Flags = (TcpFlags)(bytes[13] & 31);
        Window = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        MaximumSegmentSize = FindSegmentSize(bytes[HeaderLength..headerLength]);
        Payload = bytes[headerLength..];
    }

    /// <summary>Port that it is from.</summary>
    public ushort SourcePort { get; }

    /// <summary>Port that it is for.</summary>
    public ushort DestinationPort { get; }

    /// <summary>Number of its first byte.</summary>
    public uint Sequence { get; }

    /// <summary>Number of the next byte that is expected.</summary>
    public uint Acknowledgment { get; }

    /// <summary>The control bits.</summary>
    public TcpFlags Flags { get; }

    /// <summary>How much may be sent beyond what is acknowledged. No scaling was agreed on.</summary>
    public ushort Window { get; }

    /// <summary>The largest payload that the sender takes, as its SYN says.</summary>
    public int MaximumSegmentSize { get; }

    /// <summary>What it carries.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>How many sequence numbers it takes.</summary>
    public uint SequenceLength =>
        (uint)Payload.Length + (Flags.HasFlag(TcpFlags.Synchronize) ? 1u : 0) + (Flags.HasFlag(TcpFlags.Finish) ? 1u : 0);

    /// <summary>Reads a packet's segment.</summary>
    /// <returns>False when it is broken.</returns>
    public static bool TryParse(scoped in Ipv4Packet packet, out TcpSegment segment)
    {
        segment = default;
        ReadOnlySpan<byte> bytes = packet.Payload;
        if (bytes.Length < HeaderLength)
        {
            return false;
        }

        int headerLength = (bytes[12] >> 4) * 4;
        uint pseudo = InternetChecksum.OfPseudoHeader(packet.Source, packet.Destination, Ipv4Packet.Tcp, bytes.Length);
        if (headerLength < HeaderLength || headerLength > bytes.Length || InternetChecksum.Finish(InternetChecksum.Add(pseudo, bytes)) != 0)
        {
            return false;
        }

        segment = new TcpSegment(bytes, headerLength);
        return true;
    }

    /// <summary>Writes a header in front of a payload that stands there already; a SYN has the option for the segment size behind the header.</summary>
    public static void WriteHeader(
        Span<byte> bytes, uint source, ushort sourcePort, uint destination, ushort destinationPort, uint sequence, uint acknowledgment, TcpFlags flags, ushort window, int segmentSize)
    {
        bool isSynchronize = flags.HasFlag(TcpFlags.Synchronize);
        int headerLength = HeaderLength + (isSynchronize ? MaximumSegmentSizeOptionLength : 0);
        BinaryPrimitives.WriteUInt16BigEndian(bytes, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], acknowledgment);
        bytes[12] = (byte)(headerLength / 4 << 4);
        bytes[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[14..], window);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], 0);
        if (isSynchronize)
        {
            bytes[20] = MaximumSegmentSizeOption;
            bytes[21] = MaximumSegmentSizeOptionLength;
            BinaryPrimitives.WriteUInt16BigEndian(bytes[22..], (ushort)segmentSize);
        }

        uint pseudo = InternetChecksum.OfPseudoHeader(source, destination, Ipv4Packet.Tcp, bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[16..], InternetChecksum.Finish(InternetChecksum.Add(pseudo, bytes)));
    }

    private static int FindSegmentSize(ReadOnlySpan<byte> options)
    {
        while (options.Length >= 2 && options[0] != EndOfOptions)
        {
            if (options[0] == NoOperation)
            {
                options = options[1..];
                continue;
            }

            int length = options[1];
            if (length < 2 || length > options.Length)
            {
                break;
            }

            if (options[0] == MaximumSegmentSizeOption && length == MaximumSegmentSizeOptionLength)
            {
                return Math.Max((int)BinaryPrimitives.ReadUInt16BigEndian(options[2..]), SmallestSegment);
            }

            options = options[length..];
        }

        return DefaultSegmentSize;
    }
}
