using Emulator.Snapshots;

namespace Emulator.Virtio.Devices.Socket;

/// <summary>Bytes on their way, of which there are no more than fit.</summary>
/// <param name="capacity">How many fit.</param>
internal sealed class ByteQueue(int capacity) : ISnapshotState
{
    private readonly byte[] _bytes = new byte[capacity];
    private int _first;

    /// <summary>Bytes in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that fit into it yet.</summary>
    public int Room => _bytes.Length - Count;

    /// <summary>The next bytes as they lie in memory; not always all.</summary>
    public ReadOnlySpan<byte> First => _bytes.AsSpan(_first, Math.Min(Count, _bytes.Length - _first));

    /// <summary>Adds bytes, as many as fit.</summary>
    /// <returns>How many.</returns>
    public int Add(ReadOnlySpan<byte> source)
    {
        int count = Math.Min(source.Length, Room);
        int start = (_first + Count) % _bytes.Length;
        int head = Math.Min(count, _bytes.Length - start);
        source[..head].CopyTo(_bytes.AsSpan(start));
        source[head..count].CopyTo(_bytes);
        Count += count;
        return count;
    }

    /// <summary>Takes bytes, as many as there are.</summary>
    /// <returns>How many.</returns>
    public int Take(Span<byte> destination)
    {
        int taken = 0;
        while (taken < destination.Length && Count > 0)
        {
            ReadOnlySpan<byte> first = First;
            int count = Math.Min(first.Length, destination.Length - taken);
            first[..count].CopyTo(destination[taken..]);
            Remove(count);
            taken += count;
        }

        return taken;
    }

    /// <summary>Takes bytes away.</summary>
    public void Remove(int count)
    {
        _first = (_first + count) % _bytes.Length;
        Count -= count;
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        byte[] all = new byte[Count];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = _bytes[(_first + i) % _bytes.Length];
        }

        writer.Write((ReadOnlySpan<byte>)all);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _first = 0;
        Count = 0;
        ReadOnlySpan<byte> all = reader.ReadBytes();
        if (Add(all) != all.Length)
        {
            throw new SnapshotException("the snapshot has more bytes of a socket than this version keeps; use the version that wrote it");
        }
    }
}
