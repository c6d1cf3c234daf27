using Emulator.Snapshots;
using Emulator.Virtio.Devices.Block;

namespace Emulator.VirtioProxy.Tests.Unflushed;

/// <summary>The disk to a server that can be killed.</summary>
internal sealed class LosingStorage(LosingDisk disk) : IBlockStorage
{
    private const int SectorSize = 512;

    public long Length => disk.Length;

    public bool IsReadOnly => false;

    public bool TryRead(long offset, Span<byte> destination)
    {
        disk.Read(offset, destination);
        return true;
    }

    public bool TryWrite(long offset, ReadOnlySpan<byte> source) => disk.Serve([.. BitConverter.GetBytes(1UL), .. BitConverter.GetBytes(offset / SectorSize), .. source]) == 0;

    public bool TryWriteZeros(long offset, long length) => TryWrite(offset, new byte[length]);

    public bool TryDiscard(long offset, long length) => true;

    public bool TryFlush() => disk.Serve([.. BitConverter.GetBytes(4UL), .. BitConverter.GetBytes(0UL)]) == 0;

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
