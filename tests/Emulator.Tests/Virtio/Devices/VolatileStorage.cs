using Emulator.Snapshots;
using Emulator.Virtio.Devices.Block;

namespace Emulator.Tests.Virtio.Devices;

/// <summary>A disk with a cache: when the power fails, what was not flushed may be there or not, sector by sector.</summary>
internal sealed class VolatileStorage(int sectors) : IBlockStorage
{
    private const int SectorSize = VirtioBlock.SectorSize;

    private readonly byte[] _cached = new byte[sectors * SectorSize];
    private readonly byte[] _safe = new byte[sectors * SectorSize];
    private readonly List<(int Sector, byte[] Content)> _unsafe = [];

    /// <summary>Called before and after each operation that changes the disk or flushes it.</summary>
    public event Action? AtOperation;

    /// <summary>True when it says that it has flushed, and has not.</summary>
    public bool Lies { get; init; }

    public long Length => _cached.Length;

    public bool IsReadOnly => false;

    /// <summary>What is on the disk when the power fails now and everything is lost that can be.</summary>
    public byte[] Survivors() => [.. _safe];

    /// <summary>What is on the disk when the power fails now and some of the cache was written before.</summary>
    public byte[] Survivors(Random random)
    {
        byte[] content = Survivors();
        foreach ((int sector, byte[] written) in _unsafe)
        {
            if (random.Next(2) == 0)
            {
                written.CopyTo(content, sector * SectorSize);
            }
        }

        return content;
    }

    public bool TryRead(long offset, Span<byte> destination)
    {
        _cached.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    public bool TryWrite(long offset, ReadOnlySpan<byte> source)
    {
        AtOperation?.Invoke();
        source.CopyTo(_cached.AsSpan((int)offset));
        for (int done = 0; done < source.Length; done += SectorSize)
        {
            _unsafe.Add(((int)(offset + done) / SectorSize, source.Slice(done, SectorSize).ToArray()));
        }

        AtOperation?.Invoke();
        return true;
    }

    public bool TryWriteZeros(long offset, long length) => TryWrite(offset, new byte[length]);

    public bool TryDiscard(long offset, long length) => true;

    public bool TryFlush()
    {
        AtOperation?.Invoke();
        if (!Lies)
        {
            _cached.CopyTo(_safe, 0);
            _unsafe.Clear();
        }

        AtOperation?.Invoke();
        return true;
    }

    public void Save(SnapshotWriter writer)
    {
    }

    public void Load(SnapshotReader reader)
    {
    }

    public void Dispose()
    {
    }
}
