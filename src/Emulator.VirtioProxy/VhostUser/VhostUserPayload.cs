using System.Buffers.Binary;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>The payloads of messages, as bytes. All numbers are in the host's byte order, which is little-endian on every host that this runs on.</summary>
internal static class VhostUserPayload
{
    /// <summary>Set in a queue's number when no file descriptor comes with the message.</summary>
    public const ulong NoDescriptor = 1 << 8;

    /// <summary>Bytes of the configuration payload before the contents.</summary>
    public const int ConfigurationHeader = 12;

    /// <summary>Most regions in one table.</summary>
    public const int MostRegions = 8;

    private const int RegionLength = 32;
    private const int InflightLength = 24;
    private const int InflightFields = 20;

    /// <summary>A single number.</summary>
    public static byte[] Number(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>A vring state: a ring and a number.</summary>
    public static byte[] VringState(int ring, uint number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, ring);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), number);
        return bytes;
    }

    /// <summary>A vring's addresses. The used ring comes before the available one.</summary>
    public static byte[] VringAddress(int ring, ulong descriptors, ulong used, ulong available)
    {
        byte[] bytes = new byte[40];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, ring);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), descriptors);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), used);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), available);
        return bytes;
    }

    /// <summary>The table of memory regions. A descriptor for each comes with the message, in the same order.</summary>
    public static byte[] MemoryTable(IReadOnlyList<VhostUserRegion> regions)
    {
        byte[] bytes = new byte[8 + (32 * regions.Count)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, regions.Count);
        for (int i = 0; i < regions.Count; i++)
        {
            Write(regions[i], bytes.AsSpan(8 + (RegionLength * i)));
        }

        return bytes;
    }

    /// <summary>A single memory region. Its descriptor comes with the message.</summary>
    public static byte[] MemoryRegion(in VhostUserRegion region)
    {
        byte[] bytes = new byte[8 + RegionLength];
        Write(region, bytes.AsSpan(8));
        return bytes;
    }

    /// <summary>A part of the configuration space.</summary>
    public static byte[] Configuration(int offset, ReadOnlySpan<byte> contents)
    {
        byte[] bytes = new byte[ConfigurationHeader + contents.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, offset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), contents.Length);
        contents.CopyTo(bytes.AsSpan(ConfigurationHeader));
        return bytes;
    }

    /// <summary>Where the memory of requests in flight is.</summary>
    public static byte[] Inflight(in VhostUserInflight inflight)
    {
        byte[] bytes = new byte[InflightLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, inflight.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), inflight.Offset);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(16), inflight.QueueCount);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(18), inflight.QueueSize);
        return bytes;
    }

    /// <summary>Reads where the memory of requests in flight is.</summary>
    /// <returns>False when the payload is none.</returns>
    public static bool TryReadInflight(ReadOnlySpan<byte> payload, out VhostUserInflight inflight)
    {
        // As a C compiler pads it, or as the specification has it.
        bool isInflight = payload.Length is InflightLength or InflightFields;
        inflight = isInflight
            ? new VhostUserInflight(
                BinaryPrimitives.ReadUInt64LittleEndian(payload),
                BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]),
                BinaryPrimitives.ReadUInt16LittleEndian(payload[16..]),
                BinaryPrimitives.ReadUInt16LittleEndian(payload[18..]))
            : default;
        return isInflight;
    }

    /// <summary>Reads a single number.</summary>
    /// <returns>False when the payload is none.</returns>
    public static bool TryReadNumber(ReadOnlySpan<byte> payload, out ulong value) => BinaryPrimitives.TryReadUInt64LittleEndian(payload, out value) && payload.Length == 8;

    /// <summary>Reads a vring state.</summary>
    /// <returns>False when the payload is none.</returns>
    public static bool TryReadVringState(ReadOnlySpan<byte> payload, out int ring, out uint number)
    {
        bool isState = payload.Length == 8;
        ring = isState ? BinaryPrimitives.ReadInt32LittleEndian(payload) : 0;
        number = isState ? BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]) : 0;
        return isState;
    }

    /// <summary>Reads a vring's addresses.</summary>
    /// <returns>False when the payload is none.</returns>
    public static bool TryReadVringAddress(ReadOnlySpan<byte> payload, out int ring, out VirtqueueSettings addresses)
    {
        bool isAddress = payload.Length == 40;
        ring = isAddress ? BinaryPrimitives.ReadInt32LittleEndian(payload) : 0;
        addresses = isAddress
            ? new VirtqueueSettings(
                0,
                BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(payload[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(payload[16..]))
            : default;
        return isAddress;
    }

    /// <summary>Reads a table of memory regions.</summary>
    /// <returns>False when the payload is none.</returns>
    public static bool TryReadMemoryTable(ReadOnlySpan<byte> payload, out FrontEndRegion[] regions)
    {
        regions = [];
        if (payload.Length < 8 || BinaryPrimitives.ReadUInt32LittleEndian(payload) is var count && (count > MostRegions || payload.Length != 8 + (RegionLength * (int)count)))
        {
            return false;
        }

        regions = new FrontEndRegion[(payload.Length - 8) / RegionLength];
        for (int i = 0; i < regions.Length; i++)
        {
            regions[i] = ReadRegion(payload[(8 + (RegionLength * i))..]);
        }

        return true;
    }

    /// <summary>Reads a single memory region.</summary>
    /// <returns>False when the payload is none.</returns>
    public static bool TryReadMemoryRegion(ReadOnlySpan<byte> payload, out FrontEndRegion region)
    {
        region = payload.Length == 8 + RegionLength ? ReadRegion(payload[8..]) : default;
        return payload.Length == 8 + RegionLength;
    }

    /// <summary>Reads what part of the configuration space is asked for, or is to be written.</summary>
    /// <returns>False when the payload is none, or says another length than it has.</returns>
    public static bool TryReadConfigurationRequest(ReadOnlySpan<byte> payload, out uint offset, out ReadOnlySpan<byte> contents)
    {
        bool isRequest = TryReadConfiguration(payload, out contents);
        offset = isRequest ? BinaryPrimitives.ReadUInt32LittleEndian(payload) : 0;
        return isRequest;
    }

    /// <summary>Reads a part of the configuration space.</summary>
    /// <returns>False when the payload is none, or says another length than it has.</returns>
    public static bool TryReadConfiguration(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> contents)
    {
        contents = payload.Length >= ConfigurationHeader ? payload[ConfigurationHeader..] : default;
        return payload.Length >= ConfigurationHeader && BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]) == (uint)contents.Length;
    }

    private static void Write(in VhostUserRegion region, Span<byte> entry)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(entry, region.Address);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], region.Length);

        // Ring addresses are given in the front end's own address space; that is the guest's here, so that nothing needs to be translated.
        BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], region.Address);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[24..], 0);
    }

    private static FrontEndRegion ReadRegion(ReadOnlySpan<byte> entry) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(entry),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]));
}
