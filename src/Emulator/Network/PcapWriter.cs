using System.Buffers.Binary;
using Emulator.Timing;

namespace Emulator.Network;

/// <summary>Writes frames with their instants of virtual time to a capture file of the pcap format with nanoseconds, which tcpdump, tshark and Wireshark read.</summary>
public sealed class PcapWriter : IDisposable
{
    /// <summary>Bytes of a frame that are kept at most.</summary>
    public const int SnapLength = 262_144;

    private const uint NanosecondMagic = 0xa1b23c4d;
    private const ushort MajorVersion = 2;
    private const ushort MinorVersion = 4;
    private const uint EthernetLinkType = 1;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly Stream _stream;

    /// <summary>Starts a capture.</summary>
    /// <param name="stream">Where to; it is closed with the writer.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public PcapWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        Span<byte> head = stackalloc byte[24];
        head.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(head, NanosecondMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], MajorVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], MinorVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], SnapLength);
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], EthernetLinkType);
        _stream.Write(head);
    }

    /// <summary>Starts a capture in a file, replacing what is there.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static PcapWriter Create(string path) =>
        new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read));

    /// <summary>Adds a frame.</summary>
    /// <param name="time">When it passed, not earlier than the one before.</param>
    /// <param name="frame">The frame, without check sequence.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(VirtualTime time, ReadOnlySpan<byte> frame)
    {
        ReadOnlySpan<byte> kept = frame[..Math.Min(frame.Length, SnapLength)];
        Span<byte> head = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)(time.Nanoseconds / NanosecondsPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], (uint)(time.Nanoseconds % NanosecondsPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], (uint)kept.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[12..], (uint)frame.Length);
        _stream.Write(head);
        _stream.Write(kept);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
