using Emulator.Snapshots;
using Emulator.Virtio.Devices.Block;

namespace Emulator.VirtioProxy.Tests.Peers;

/// <summary>A disk whose contents stay when its server goes.</summary>
internal sealed class SharedArrayStorage(byte[] contents) : IBlockStorage
{
    public long Length => contents.Length;

    public bool IsReadOnly => false;

    public bool TryRead(long offset, Span<byte> destination)
    {
        contents.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    public bool TryWrite(long offset, ReadOnlySpan<byte> source)
    {
        source.CopyTo(contents.AsSpan((int)offset));
        return true;
    }

    public bool TryWriteZeros(long offset, long length)
    {
        contents.AsSpan((int)offset, (int)length).Clear();
        return true;
    }

    public bool TryDiscard(long offset, long length) => true;

    public bool TryFlush() => true;

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
