using System.Buffers.Binary;

namespace Emulator.Virtio.Devices.Block;

// Features and configuration layout (virtio 1.3, sections 5.2.3 and 5.2.4).
internal sealed partial class VirtioBlock
{
    private const ulong MostSegments = 1 << 2; // VIRTIO_BLK_F_SEG_MAX
    private const ulong Geometry = 1 << 4; // VIRTIO_BLK_F_GEOMETRY
    private const ulong ReadOnly = 1 << 5; // VIRTIO_BLK_F_RO
    private const ulong BlockSize = 1 << 6; // VIRTIO_BLK_F_BLK_SIZE
    private const ulong Flush = 1 << 9; // VIRTIO_BLK_F_FLUSH
    private const ulong Topology = 1 << 10; // VIRTIO_BLK_F_TOPOLOGY
    private const ulong ConfigurationWriteback = 1 << 11; // VIRTIO_BLK_F_CONFIG_WCE
    private const ulong MultiQueue = 1 << 12; // VIRTIO_BLK_F_MQ
    private const ulong Discard = 1 << 13; // VIRTIO_BLK_F_DISCARD
    private const ulong WriteZeroes = 1 << 14; // VIRTIO_BLK_F_WRITE_ZEROES

    private const int SegMaxOffset = 12;
    private const int GeometryOffset = 16;
    private const int BlockSizeOffset = 20;
    private const int WritebackOffset = 32;
    private const int NumQueuesOffset = 34;
    private const int DiscardOffset = 36;
    private const int WriteZeroesOffset = 48;
    private const int WriteZeroesMayUnmapOffset = 56;

    // As many as QEMU says: its limit of 2 GiB a request.
    private const uint MostSectorsOfRange = int.MaxValue / SectorSize;

    private readonly byte[] _configuration = new byte[WriteZeroesMayUnmapOffset + 1];

    /// <inheritdoc/>
    public override int ConfigurationLength => _configuration.Length;

    /// <inheritdoc/>
    protected override ulong DeviceTypeFeatures =>
        MostSegments | Geometry | BlockSize | Flush | Topology | ConfigurationWriteback
        | (_storage.IsReadOnly ? ReadOnly : Discard | WriteZeroes)
        | (QueueSizes.Count > 1 ? MultiQueue : 0);

    /// <inheritdoc/>
    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        _configuration.AsSpan(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        int writeback = WritebackOffset - offset;
        if ((uint)writeback < (uint)source.Length && (NegotiatedFeatures & ConfigurationWriteback) != 0)
        {
            _configuration[WritebackOffset] = (byte)(source[writeback] & 1);
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    protected override void OnReset() => _configuration[WritebackOffset] = 1;

    private void WriteCapacity()
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_configuration, (ulong)(_storage.Length / SectorSize));
        WriteGeometry(_configuration.AsSpan(GeometryOffset));
    }

    private void WriteInitialConfiguration(int queues)
    {
        Span<byte> configuration = _configuration;
        WriteCapacity();
        BinaryPrimitives.WriteUInt32LittleEndian(configuration[SegMaxOffset..], QueueSize - 2);
        BinaryPrimitives.WriteUInt32LittleEndian(configuration[BlockSizeOffset..], SectorSize);
        configuration[WritebackOffset] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(configuration[NumQueuesOffset..], (ushort)queues);
        if (!_storage.IsReadOnly)
        {
            WriteRangeLimits(configuration[DiscardOffset..]);
            BinaryPrimitives.WriteUInt32LittleEndian(configuration[(DiscardOffset + 8)..], 1); // discard_sector_alignment
            WriteRangeLimits(configuration[WriteZeroesOffset..]);
            configuration[WriteZeroesMayUnmapOffset] = 1;
        }
    }

    private static void WriteRangeLimits(Span<byte> fields)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(fields, MostSectorsOfRange);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[4..], 1); // ranges in a request
    }

    // The usual guess: 16 heads of 63 sectors.
    private void WriteGeometry(Span<byte> fields)
    {
        const int Heads = 16;
        const int SectorsPerTrack = 63;
        long cylinders = _storage.Length / SectorSize / (Heads * SectorsPerTrack);
        BinaryPrimitives.WriteUInt16LittleEndian(fields, (ushort)Math.Clamp(cylinders, 2, 16383));
        fields[2] = Heads;
        fields[3] = SectorsPerTrack;
    }
}
