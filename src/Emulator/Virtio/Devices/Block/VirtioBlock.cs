using System.Buffers.Binary;
using System.Text;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Block;

/// <summary>The block device (virtio 1.3, section 5.2).</summary>
internal sealed partial class VirtioBlock : VirtioModel, IVirtioDisk
{
    /// <summary>Bytes in a sector, whatever the block size is.</summary>
    public const int SectorSize = 512;

    /// <summary>Most characters of a disk's id.</summary>
    public const int IdLength = 20;

    private const int QueueSize = 256;
    private const int HeaderLength = 16;
    private const int RangeLength = 16;
    private const uint UnmapFlag = 1;

    private readonly IBlockStorage _storage;
    private readonly byte[] _id = new byte[IdLength];

    /// <summary>Creates the device.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="storage">The disk; the device disposes it.</param>
    /// <param name="queues">Number of request queues, from 1.</param>
    /// <param name="id">The disk's name, as a guest can ask for it: at most <see cref="IdLength"/> ASCII characters.</param>
    public VirtioBlock(VirtioModelSettings settings, IBlockStorage storage, int queues = 1, string id = "")
        : base(settings, VirtioDeviceType.Block, [.. Enumerable.Repeat(QueueSize, queues)])
    {
        _storage = storage;
        _ = Encoding.ASCII.GetBytes(id, _id);
        WriteInitialConfiguration(queues);
    }

    // Without a cache that can be flushed every write is safe when it is done (section 5.2.6.2).
    private bool IsWriteThrough
    {
        get
        {
            bool canChoose = (NegotiatedFeatures & ConfigurationWriteback) != 0;
            return canChoose ? _configuration[WritebackOffset] == 0 : (NegotiatedFeatures & Flush) == 0;
        }
    }

    /// <inheritdoc/>
    public long Length => _storage.Length;

    /// <inheritdoc/>
    public void Resize(long length)
    {
        if (length <= 0 || length % SectorSize != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, $"a disk has whole sectors of {SectorSize} bytes, at least one");
        }

        if (!_storage.TryResize(length))
        {
            throw new InvalidOperationException($"the length of '{Name}' cannot be changed; use a disk that can be written");
        }

        WriteCapacity();
        TellConfigurationChanged();
    }

    /// <inheritdoc/>
    public override void Dispose() => _storage.Dispose();

    /// <inheritdoc/>
    protected override bool Execute(int queue, DescriptorChain chain)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (!chain.TryRead(header) || !chain.TryTakeLastByte(out DmaRange status))
        {
            return false;
        }

        var type = (BlockRequestType)BinaryPrimitives.ReadUInt32LittleEndian(header);
        RequestType = (uint)type;
        ulong sector = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        BlockStatus result = type switch
        {
            BlockRequestType.In => ReadSectors(sector, chain),
            BlockRequestType.Out => WriteSectors(sector, chain),
            BlockRequestType.Flush => FromStorage(_storage.TryFlush()),
            BlockRequestType.GetId => TellId(chain),
            BlockRequestType.Discard or BlockRequestType.WriteZeroes => ChangeRange(type, chain),
            _ => BlockStatus.Unsupported,
        };
        status.Write(0, [(byte)result]);
        chain.CountWritten(1);
        return true;
    }

    /// <inheritdoc/>
    protected override string NameOfRequest(int queue, uint type) => (BlockRequestType)type switch
    {
        BlockRequestType.In => "read",
        BlockRequestType.Out => "write",
        BlockRequestType.Flush => "flush",
        BlockRequestType.GetId => "get id",
        BlockRequestType.Discard => "discard",
        BlockRequestType.WriteZeroes => "write zeroes",
        _ => "unknown request",
    };

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer)
    {
        writer.Write(_configuration);
        _storage.Save(writer);
    }

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader)
    {
        reader.ReadBytes(_configuration);
        _storage.Load(reader);
    }

    private static BlockStatus FromStorage(bool succeeded) => succeeded ? BlockStatus.Ok : BlockStatus.IoError;

    private BlockStatus ReadSectors(ulong sector, DescriptorChain chain)
    {
        if (!TryLocate(sector, chain.WritableLength, out long offset))
        {
            return BlockStatus.IoError;
        }

        while (chain.TryTakeWritable(int.MaxValue, out DmaRange piece))
        {
            bool succeeded = _storage.TryRead(offset, piece.Writable);
            piece.MarkWritten(0, piece.Length);
            if (!succeeded)
            {
                return BlockStatus.IoError;
            }

            offset += piece.Length;
        }

        return BlockStatus.Ok;
    }

    private BlockStatus WriteSectors(ulong sector, DescriptorChain chain)
    {
        if (_storage.IsReadOnly || !TryLocate(sector, chain.ReadableLength, out long offset))
        {
            return BlockStatus.IoError;
        }

        while (chain.TryTakeReadable(int.MaxValue, out ReadOnlySpan<byte> piece))
        {
            if (!_storage.TryWrite(offset, piece))
            {
                return BlockStatus.IoError;
            }

            offset += piece.Length;
        }

        return FromStorage(!IsWriteThrough || _storage.TryFlush());
    }

    private BlockStatus TellId(DescriptorChain chain)
    {
        int length = (int)Math.Min(chain.WritableLength, IdLength);
        return chain.TryWrite(_id.AsSpan(0, length)) ? BlockStatus.Ok : BlockStatus.IoError;
    }

    // One range a request, as the configuration says; the standard wants UNSUPP for flags that do not go together (section 5.2.6.2).
    private BlockStatus ChangeRange(BlockRequestType type, DescriptorChain chain)
    {
        Span<byte> range = stackalloc byte[RangeLength];
        if (chain.ReadableLength != RangeLength || !chain.TryRead(range))
        {
            return BlockStatus.Unsupported;
        }

        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(range[12..]);
        uint allowed = type == BlockRequestType.WriteZeroes ? UnmapFlag : 0;
        if ((flags & ~allowed) != 0)
        {
            return BlockStatus.Unsupported;
        }

        ulong sector = BinaryPrimitives.ReadUInt64LittleEndian(range);
        uint sectors = BinaryPrimitives.ReadUInt32LittleEndian(range[8..]);
        if (_storage.IsReadOnly || sectors > MostSectorsOfRange || !TryLocate(sector, (long)sectors * SectorSize, out long offset))
        {
            return BlockStatus.IoError;
        }

        long length = (long)sectors * SectorSize;
        bool succeeded = type == BlockRequestType.Discard ? _storage.TryDiscard(offset, length) : _storage.TryWriteZeros(offset, length);
        return FromStorage(succeeded && (!IsWriteThrough || _storage.TryFlush()));
    }

    // Whole sectors that all lie on the disk.
    private bool TryLocate(ulong sector, long length, out long offset)
    {
        ulong sectors = (ulong)(_storage.Length / SectorSize);
        ulong count = (ulong)(length / SectorSize);
        offset = sector <= sectors ? (long)sector * SectorSize : 0;
        return length % SectorSize == 0 && sector <= sectors && count <= sectors - sector;
    }
}
