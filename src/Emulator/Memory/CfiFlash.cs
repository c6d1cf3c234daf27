using System.Buffers.Binary;
using Emulator.Snapshots;

namespace Emulator.Memory;

/// <summary>
/// A bank of parallel NOR flash with the Intel command set (command set 1 of JEDEC JEP137), as on QEMU's <c>virt</c>: two 16-bit chips side by side on a 32-bit bus. The
/// chips work in lockstep: a command is the low byte of a write, wherever it goes and however wide it is, and both chips answer alike.
/// Programming only clears bits, erasing sets all bits of a block; both are over at once.
/// </summary>
public sealed partial class CfiFlash : IMemoryMappedArray, ISnapshotState, IDisposable
{
    /// <summary>Bytes in an erase block of the bank.</summary>
    public const int BlockLength = 256 * 1024;

    private const int BusWidth = 4;
    private const int Chips = 2;
    private const byte Manufacturer = 0x89;
    private const byte Device = 0x18;

    private readonly byte[] _query;
    private readonly FlashBlock[] _blocks;
    private readonly FlashFile? _file;
    private readonly FlashWriteBuffer _buffer = new(Chips << CfiQueryTable.LogWriteBuffer);
    private readonly bool _readOnly;
    private FlashReadMode _mode;
    private FlashCycle _cycle;
    private FlashStatus _status = FlashStatus.Ready;
    private bool _isDisposed;

    /// <summary>Creates a bank that lives and ends with the machine. What has no contents reads as zero, as on QEMU, and must be erased before it is programmed.</summary>
    /// <param name="name">A name for logs and snapshots.</param>
    /// <param name="length">Length of the bank in bytes, a power of two from 512 KiB to 2 GiB.</param>
    /// <param name="contents">What it holds from its start.</param>
    /// <param name="readOnly">True when programming and erasing fail.</param>
    /// <exception cref="FlashException">The contents are longer than the bank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is none of those.</exception>
    public CfiFlash(string name, ulong length, ReadOnlySpan<byte> contents = default, bool readOnly = false)
    {
        if (length < 2 * BlockLength || length > 0x8000_0000 || !ulong.IsPow2(length))
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, "a flash bank has a power of two of bytes, from 512 KiB to 2 GiB");
        }

        if ((ulong)contents.Length > length)
        {
            throw new FlashException($"an image of {contents.Length} bytes does not fit into the {length} bytes of '{name}'; give a smaller one");
        }

        _readOnly = readOnly;
        _query = CfiQueryTable.Build(length / Chips, BlockLength / Chips);
        _blocks = new FlashBlock[length / BlockLength];
        Array = new GuestRam(name, length);
        for (int block = 0; !contents.IsEmpty; block++)
        {
            ReadOnlySpan<byte> part = contents[..Math.Min(contents.Length, BlockLength)];
            SetContents(block, part);
            contents = contents[part.Length..];
        }

        Array.ClearDirty();
    }

    /// <summary>Creates a bank whose contents are kept in a file, by <see cref="Flush"/> and by <see cref="Dispose"/>.</summary>
    /// <param name="name">A name for logs and snapshots.</param>
    /// <param name="file">The file, as long as the bank; it becomes the bank's to dispose.</param>
    /// <exception cref="FlashException">The file cannot be read.</exception>
    public CfiFlash(string name, FlashFile file)
        : this(name, (file ?? throw new ArgumentNullException(nameof(file))).Length)
    {
        _file = file;
        var bytes = new byte[BlockLength];
        for (int block = 0; block < _blocks.Length; block++)
        {
            file.Read(OffsetOf(block), bytes);
            SetContents(block, bytes);
        }

        Array.ClearDirty();
    }

    /// <inheritdoc/>
    public event Action? ArrayReadableChanged;

    /// <inheritdoc/>
    public string Name => Array.Name;

    /// <inheritdoc/>
    public ulong Length => Array.Length;

    /// <inheritdoc/>
    public GuestRam Array { get; }

    /// <inheritdoc/>
    public bool IsArrayReadable => _mode == FlashReadMode.Array;

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access) => access.Size <= BusWidth
        ? ReadBus(access.Offset, access.Size)
        : ReadBus(access.Offset, BusWidth) | ((ulong)ReadBus(access.Offset + BusWidth, BusWidth) << 32);

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        WriteBus(access.Offset, (uint)value, Math.Min(access.Size, BusWidth));
        if (access.Size > BusWidth)
        {
            WriteBus(access.Offset + BusWidth, (uint)(value >> 32), BusWidth);
        }

        return BusStatus.Ok;
    }

    /// <inheritdoc/>
    public void Reset(ResetKind kind)
    {
        _cycle = FlashCycle.Command;
        _status = FlashStatus.Ready;
        foreach (ref FlashBlock block in _blocks.AsSpan())
        {
            block.Locked = false;
            block.LockedDown = false;
        }

        SetMode(FlashReadMode.Array);
    }

    /// <inheritdoc/>
    public bool IsPollable(in BusAccess access) => true;

    /// <summary>Writes all changed blocks to the file, and waits until the disk has them. Does nothing without a file.</summary>
    /// <exception cref="FlashException">The host could not write; the blocks stay to be written.</exception>
    public void Flush()
    {
        if (_file is null || !System.Array.Exists(_blocks, b => b.Unsaved))
        {
            return;
        }

        for (int block = 0; block < _blocks.Length; block++)
        {
            if (_blocks[block].Unsaved)
            {
                _file.Write(OffsetOf(block), Bytes(OffsetOf(block), BlockLength));
            }
        }

        _file.FlushToDisk();
        foreach (ref FlashBlock block in _blocks.AsSpan())
        {
            block.Unsaved = false;
        }
    }

    /// <summary>Writes changed blocks to the file and gives everything back.</summary>
    /// <exception cref="FlashException">The host could not write the file.</exception>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;

        try
        {
            Flush();
        }
        finally
        {
            _file?.Dispose();
            Array.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        writer.Write((byte)_mode);
        writer.Write((byte)_cycle);
        writer.Write((byte)_status);
        _buffer.Save(writer);
        writer.Write(_blocks.Length);
        for (int block = 0; block < _blocks.Length; block++)
        {
            writer.Write((byte)_blocks[block].Content);
            writer.Write(_blocks[block].Locked);
            writer.Write(_blocks[block].LockedDown);
            if (_blocks[block].Content == FlashBlockContent.Data)
            {
                writer.Write(Bytes(OffsetOf(block), BlockLength));
            }
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        var mode = (FlashReadMode)reader.ReadByte();
        _cycle = (FlashCycle)reader.ReadByte();
        _status = (FlashStatus)reader.ReadByte();
        _buffer.Load(reader);
        if (reader.ReadInt32() != _blocks.Length)
        {
            throw new SnapshotException($"the snapshot has another size of '{Name}'; load it into a machine of the same description");
        }

        for (int block = 0; block < _blocks.Length; block++)
        {
            var content = (FlashBlockContent)reader.ReadByte();
            _blocks[block].Locked = reader.ReadBoolean();
            _blocks[block].LockedDown = reader.ReadBoolean();
            _blocks[block].Unsaved = true;
            switch (content)
            {
                case FlashBlockContent.Erased:
                    SetErased(block);
                    break;
                case FlashBlockContent.Data:
                    SetData(block, ReadBlock(reader));
                    break;
                default:
                    SetZero(block);
                    break;
            }
        }

        SetMode(mode);
    }

    private static int BlockOf(ulong offset) => (int)(offset / BlockLength);

    private static ulong OffsetOf(int block) => (ulong)block * BlockLength;

    // Each chip answers on its own 16 lines; what is narrower sees a part of that.
    private static uint OnBothChips(uint value, int size) => size == BusWidth ? value | (value << 16) : value;

    private static ReadOnlySpan<byte> ReadBlock(SnapshotReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes();
        return bytes.Length == BlockLength ? bytes : throw new SnapshotException("a flash block of the snapshot has another length; save it again");
    }

    private uint ReadBus(ulong offset, int size) => _mode switch
    {
        FlashReadMode.Array => ReadArray(offset, size),
        FlashReadMode.Status => OnBothChips((uint)_status, size),
        FlashReadMode.Identifier => OnBothChips(ReadIdentifier(offset), size),
        _ => OnBothChips(offset / BusWidth < (ulong)_query.Length ? _query[offset / BusWidth] : 0u, size),
    };

    private uint ReadArray(ulong offset, int size)
    {
        Span<byte> bytes = stackalloc byte[BusWidth];
        bytes.Clear();
        Array.Read(offset, bytes[..size]);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private uint ReadIdentifier(ulong offset)
    {
        ref FlashBlock block = ref _blocks[BlockOf(offset)];
        return (byte)(offset / BusWidth) switch
        {
            0 => Manufacturer,
            1 => Device,
            2 => (block.Locked ? 1u : 0u) | (block.LockedDown ? 2u : 0u),
            _ => 0,
        };
    }

    private void SetMode(FlashReadMode mode)
    {
        bool wasReadable = IsArrayReadable;
        _mode = mode;
        if (IsArrayReadable != wasReadable)
        {
            ArrayReadableChanged?.Invoke();
        }
    }

    private unsafe ReadOnlySpan<byte> Bytes(ulong offset, int count) => new(Array.Pointer + offset, count);

    private void MarkData(int block)
    {
        _blocks[block].Content = FlashBlockContent.Data;
        _blocks[block].Unsaved = true;
    }

    private void SetContents(int block, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == BlockLength && !bytes.ContainsAnyExcept((byte)0xff))
        {
            SetErased(block);
        }
        else if (bytes.ContainsAnyExcept((byte)0))
        {
            SetData(block, bytes);
        }
    }

    private void SetData(int block, ReadOnlySpan<byte> bytes)
    {
        Array.Write(OffsetOf(block), bytes);
        _blocks[block].Content = FlashBlockContent.Data;
    }

    private void SetErased(int block)
    {
        if (_blocks[block].Content != FlashBlockContent.Erased)
        {
            Array.SetAllBits(OffsetOf(block), BlockLength);
            _blocks[block].Content = FlashBlockContent.Erased;
        }
    }

    // Only loading a snapshot goes back to zero.
    private void SetZero(int block)
    {
        if (_blocks[block].Content != FlashBlockContent.Zero)
        {
            Array.Write(OffsetOf(block), new byte[BlockLength]);
            _blocks[block].Content = FlashBlockContent.Zero;
        }
    }
}
