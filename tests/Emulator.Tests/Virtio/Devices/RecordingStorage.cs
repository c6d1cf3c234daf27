using Emulator.Snapshots;
using Emulator.Virtio.Devices.Block;

namespace Emulator.Tests.Virtio.Devices;

/// <summary>A disk that remembers what was asked of it, and can fail.</summary>
internal sealed class RecordingStorage(int sectors) : IBlockStorage
{
    public List<string> Log { get; } = [];

    public bool Fails { get; init; }

    public long Length => sectors * VirtioBlock.SectorSize;

    public bool IsReadOnly { get; init; }

    public bool TryRead(long offset, Span<byte> destination) => Record($"read {offset}+{destination.Length}");

    public bool TryWrite(long offset, ReadOnlySpan<byte> source) => Record($"write {offset}+{source.Length}");

    public bool TryWriteZeros(long offset, long length) => Record($"zeros {offset}+{length}");

    public bool TryDiscard(long offset, long length) => Record($"discard {offset}+{length}");

    public bool TryFlush() => Record("flush");

    public void Save(SnapshotWriter writer)
    {
    }

    public void Load(SnapshotReader reader)
    {
    }

    public void Dispose()
    {
    }

    private bool Record(string what)
    {
        Log.Add(what);
        return !Fails;
    }
}
