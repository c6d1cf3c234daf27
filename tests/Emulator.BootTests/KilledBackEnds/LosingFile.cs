using Emulator.Snapshots;
using Emulator.Virtio.Devices.Block;

namespace Emulator.BootTests.KilledBackEnds;

/// <summary>
/// A disk whose file has what was flushed, and by chance a part of what was not: the rest ends with the process. Of a block of 4 KiB it has all or nothing, as a disk has: ext4 counts on that for its superblock.
/// </summary>
internal sealed class LosingFile : IBlockStorage
{
    private const int BlockSize = 4096;

    private readonly FileStream _file;
    private readonly byte[] _contents;
    private readonly Random _chance;
    private readonly SortedSet<long> _unsafe = [];

    public LosingFile(string path, int seed)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        _contents = new byte[_file.Length];
        _file.ReadExactly(_contents);
        _chance = new Random(seed);
    }

    public long Length => _contents.Length;

    public bool IsReadOnly => false;

    public bool TryRead(long offset, Span<byte> destination)
    {
        _contents.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    public bool TryWrite(long offset, ReadOnlySpan<byte> source)
    {
        source.CopyTo(_contents.AsSpan((int)offset));
        for (long at = offset - (offset % BlockSize); at < offset + source.Length; at += BlockSize)
        {
            if (_chance.Next(4) == 0)
            {
                _unsafe.Remove(at);
                Write(at);
            }
            else
            {
                _unsafe.Add(at);
            }
        }

        return true;
    }

    public bool TryWriteZeros(long offset, long length) => TryWrite(offset, new byte[length]);

    public bool TryDiscard(long offset, long length) => true;

    public bool TryFlush()
    {
        foreach (long offset in _unsafe)
        {
            Write(offset);
        }

        _unsafe.Clear();
        return true;
    }

    public void Save(SnapshotWriter writer)
    {
    }

    public void Load(SnapshotReader reader)
    {
    }

    public void Dispose() => _file.Dispose();

    private void Write(long offset)
    {
        _file.Position = offset;
        _file.Write(_contents.AsSpan((int)offset, BlockSize));
    }
}
