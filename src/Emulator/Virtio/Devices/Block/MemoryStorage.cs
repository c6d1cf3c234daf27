using Emulator.Snapshots;

namespace Emulator.Virtio.Devices.Block;

/// <summary>
/// A disk whose written pages are kept in memory, over another storage that is only read, or over zeros. So does <c>snapshot</c> leave a file as it is. All that was written is part of
/// a snapshot of the machine.
/// </summary>
internal sealed class MemoryStorage : IBlockStorage
{
    private const int PageSize = 4096;
    private const int CacheLineSize = 64;

    private readonly string _name;
    private readonly IBlockStorage? _below;
    private readonly Dictionary<long, Memory<byte>> _pages = [];

    // What was cut off does not come back when the disk becomes longer again.
    private long _lengthBelow;

    /// <summary>Creates a disk.</summary>
    /// <param name="name">A name for snapshots.</param>
    /// <param name="length">Length in bytes, a multiple of <see cref="VirtioBlock.SectorSize"/>.</param>
    /// <param name="below">What is read where nothing was written, or null for zeros; this object disposes it.</param>
    public MemoryStorage(string name, long length, IBlockStorage? below = null)
    {
        _name = $"{name}:storage";
        Length = length;
        _below = below;
        _lengthBelow = below?.Length ?? 0;
    }

    /// <inheritdoc/>
    public long Length { get; private set; }

    /// <inheritdoc/>
    public bool IsReadOnly => false;

    /// <inheritdoc/>
    public bool TryResize(long length)
    {
        for (long page = (length + PageSize - 1) / PageSize; page < (Length + PageSize - 1) / PageSize; page++)
        {
            _pages.Remove(page);
        }

        if (length % PageSize != 0 && _pages.TryGetValue(length / PageSize, out Memory<byte> last))
        {
            last.Span[(int)(length % PageSize)..].Clear();
        }

        Length = length;
        _lengthBelow = Math.Min(_lengthBelow, length);
        return true;
    }

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            (long page, int start, int count) = Locate(offset, destination.Length);
            if (_pages.TryGetValue(page, out Memory<byte> content))
            {
                content.Span.Slice(start, count).CopyTo(destination);
            }
            else if (!TryReadBelow(offset, destination[..count]))
            {
                return false;
            }

            destination = destination[count..];
            offset += count;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(long offset, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            (long page, int start, int count) = Locate(offset, source.Length);
            if (!TryGetOwnPage(page, isOverwritten: count == PageSize, out Span<byte> content))
            {
                return false;
            }

            source[..count].CopyTo(content[start..]);
            source = source[count..];
            offset += count;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryWriteZeros(long offset, long length)
    {
        while (length > 0)
        {
            (long page, int start, int count) = Locate(offset, (int)Math.Min(length, PageSize));
            if (count == PageSize && _below is null)
            {
                _pages.Remove(page);
            }
            else if (TryGetOwnPage(page, isOverwritten: count == PageSize, out Span<byte> content))
            {
                content.Slice(start, count).Clear();
            }
            else
            {
                return false;
            }

            length -= count;
            offset += count;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryDiscard(long offset, long length)
    {
        // Whole pages read as what is below them again.
        long end = (offset + length) / PageSize;
        for (long page = (offset + PageSize - 1) / PageSize; page < end; page++)
        {
            _pages.Remove(page);
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryFlush() => true; // nothing here outlives the process

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(_name, 2);
        writer.Write(Length);
        writer.Write(_lengthBelow);
        writer.Write(_pages.Count);
        foreach (long page in _pages.Keys.Order())
        {
            writer.Write(page);
            writer.Write(_pages[page].Span);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        int version = reader.Section(_name, 2);
        Length = reader.ReadInt64();
        _lengthBelow = version >= 2 ? Math.Clamp(reader.ReadInt64(), 0, _below?.Length ?? 0) : _below?.Length ?? 0;
        int count = reader.ReadInt32();
        _pages.Clear();
        for (int i = 0; i < count; i++)
        {
            Memory<byte> content = AllocatePage();
            long page = reader.ReadInt64();
            reader.ReadBytes(content.Span);
            _pages[page] = content;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _below?.Dispose();

    private static (long Page, int Start, int Count) Locate(long offset, int length)
    {
        int start = (int)(offset % PageSize);
        return (offset / PageSize, start, Math.Min(length, PageSize - start));
    }

    private bool TryReadBelow(long offset, Span<byte> destination)
    {
        int there = _below is null ? 0 : (int)Math.Clamp(_lengthBelow - offset, 0, destination.Length);
        destination[there..].Clear();
        return there == 0 || _below!.TryRead(offset, destination[..there]);
    }

    private bool TryGetOwnPage(long page, bool isOverwritten, out Span<byte> content)
    {
        if (_pages.TryGetValue(page, out Memory<byte> own))
        {
            content = own.Span;
            return true;
        }

        own = AllocatePage();
        content = own.Span;
        if (!isOverwritten && !TryReadBelow(page * PageSize, content))
        {
            return false;
        }

        _pages[page] = own;
        return true;
    }

    // From the start of a cache line on, as guests' blocks are: stores across lines take twice as long.
    private static unsafe Memory<byte> AllocatePage()
    {
        byte[] array = GC.AllocateUninitializedArray<byte>(PageSize + CacheLineSize - 1, pinned: true);
        fixed (byte* first = array)
        {
            return array.AsMemory((int)(-(nint)first & (CacheLineSize - 1)), PageSize);
        }
    }
}
