using System.Buffers.Binary;
using Emulator.Network;

namespace Emulator.Tests.Network;

/// <summary>Makes large frames as a driver leaves them to an adapter, and checks frames.</summary>
internal static class LargeFrames
{
    /// <summary>A frame with a payload of bytes that count up.</summary>
    public static (byte[] Frame, FrameOffload Offload) Create(SegmentationKind kind, int payload, int segment, bool isIpv6 = false, bool hasVlan = false, byte tcpFlags = 0x19)
    {
        isIpv6 |= kind == SegmentationKind.Tcp6;
        bool isTcp = kind != SegmentationKind.Udp;
        var frame = new List<byte>([0x52, 0x54, 0, 9, 9, 9, 0x52, 0x54, 0, 1, 2, 3]);
        frame.AddRange(hasVlan ? [0x81, 0, 0, 5] : []);
        frame.AddRange(isIpv6 ? [0x86, 0xdd] : [8, 0]);
        int transportLength = (isTcp ? 32 : 8) + payload;
        byte[] ip = isIpv6
            ? [0x60, 0, 0, 0, 0, 0, (byte)(isTcp ? 6 : 17), 64, .. Enumerable.Range(1, 32).Select(i => (byte)i)]
            : [0x45, 0, 0, 0, 0xff, 0xff, 0x40, 0, 64, (byte)(isTcp ? 6 : 17), 0, 0, 10, 0, 2, 15, 10, 0, 2, 2];
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(isIpv6 ? 4 : 2), (ushort)(transportLength + (isIpv6 ? 0 : 20)));
        frame.AddRange(ip);
        int start = frame.Count;
        frame.AddRange(isTcp
            ? [0x12, 0x34, 0, 80, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1, 0x80, tcpFlags, 0x20, 0, 0, 0, 0, 0, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]
            : [0x12, 0x34, 0, 80, (byte)(transportLength >> 8), (byte)transportLength, 0, 0]);
        frame.AddRange(Enumerable.Range(0, payload).Select(i => (byte)(i * 3)));
        return ([.. frame], new FrameOffload(kind, HasCongestionBit: false, (ushort)segment, (ushort)start, (ushort)(isTcp ? 16 : 6)));
    }

    /// <summary>Cuts a frame.</summary>
    public static List<byte[]> Cut(byte[] frame, in FrameOffload offload)
    {
        var pieces = new List<byte[]>();
        byte[] buffer = new byte[FrameSegmenter.MostFrameBytes];
        if (FrameSegmenter.TryStart(frame, offload, out FrameSegmenter segmenter))
        {
            while (segmenter.TryNext(buffer, out int length))
            {
                pieces.Add(buffer[..length]);
            }
        }

        return pieces;
    }

    /// <summary>True when all checksums and lengths of a frame are right.</summary>
    public static bool IsSound(byte[] frame, in FrameOffload offload)
    {
        bool isTcp = offload.Kind != SegmentationKind.Udp;
        int network = frame[12] == 0x81 ? 18 : 14;
        ReadOnlySpan<byte> packet = frame.AsSpan(network);
        ReadOnlySpan<byte> transport = frame.AsSpan(offload.ChecksumStart);
        bool isIpv6 = packet[0] >> 4 == 6;
        int told = BinaryPrimitives.ReadUInt16BigEndian(packet[(isIpv6 ? 4 : 2)..]) + (isIpv6 ? 40 : 0);
        bool headerIsSound = isIpv6 || InternetChecksum.Finish(InternetChecksum.Add(0, packet[..20])) == 0;
        uint sum = InternetChecksum.Add(0, isIpv6 ? packet.Slice(8, 32) : packet.Slice(12, 8));
        sum = InternetChecksum.Add(sum, [0, (byte)(isTcp ? 6 : 17), (byte)(transport.Length >> 8), (byte)transport.Length]);
        bool lengthIsSound = isTcp || BinaryPrimitives.ReadUInt16BigEndian(transport[4..]) == transport.Length;
        return told == packet.Length && headerIsSound && lengthIsSound && InternetChecksum.Finish(InternetChecksum.Add(sum, transport)) == 0;
    }
}
