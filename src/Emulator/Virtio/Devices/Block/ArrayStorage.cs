using Emulator.Snapshots;

namespace Emulator.Virtio.Devices.Block;

/// <summary>A disk that is only read, in memory of the host.</summary>
/// <param name="contents">What is on it; a last part of a sector is not seen.</param>
internal sealed class ArrayStorage(ReadOnlyMemory<byte> contents) : IBlockStorage
{
    /// <inheritdoc/>
    public long Length { get; } = contents.Length - (contents.Length % VirtioBlock.SectorSize);

    /// <inheritdoc/>
    public bool IsReadOnly => true;

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> destination)
    {
        contents.Span.Slice((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(long offset, ReadOnlySpan<byte> source) => false;

    /// <inheritdoc/>
    public bool TryWriteZeros(long offset, long length) => false;

    /// <inheritdoc/>
    public bool TryDiscard(long offset, long length) => false;

    /// <inheritdoc/>
    public bool TryFlush() => true;

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        // It never changes.
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        // It never changes.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
