using Emulator.Snapshots;

namespace Emulator.Virtio.Devices.Net;

/// <summary>Frames that have come while the driver had no buffers for them. When it is full, frames are lost, as on any adapter.</summary>
internal sealed class FrameBacklog : ISnapshotState
{
    private readonly byte[] _frames;
    private readonly int[] _lengths;
    private readonly int _mostBytes;
    private int _first;

    /// <summary>Creates an empty backlog.</summary>
    /// <param name="capacity">Frames that it holds.</param>
    /// <param name="mostBytes">Bytes of the longest frame.</param>
    public FrameBacklog(int capacity, int mostBytes)
    {
        _mostBytes = mostBytes;
        _lengths = new int[capacity];
        _frames = new byte[capacity * mostBytes];
    }

    /// <summary>Frames in it.</summary>
    public int Count { get; private set; }

    /// <summary>The oldest frame; there must be one.</summary>
    public ReadOnlySpan<byte> First => _frames.AsSpan(_first * _mostBytes, _lengths[_first]);

    /// <summary>Adds a frame.</summary>
    /// <returns>False when it is full or the frame too long.</returns>
    public bool TryAdd(ReadOnlySpan<byte> frame)
    {
        if (Count == _lengths.Length || frame.Length > _mostBytes)
        {
            return false;
        }

        int index = (_first + Count++) % _lengths.Length;
        _lengths[index] = frame.Length;
        frame.CopyTo(_frames.AsSpan(index * _mostBytes));
        return true;
    }

    /// <summary>Takes the oldest frame away.</summary>
    public void RemoveFirst()
    {
        _first = (_first + 1) % _lengths.Length;
        Count--;
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Count = 0;
        _first = 0;
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(Count);
        for (int index = 0; index < Count; index++)
        {
            int place = (_first + index) % _lengths.Length;
            writer.Write((ReadOnlySpan<byte>)_frames.AsSpan(place * _mostBytes, _lengths[place]));
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        Clear();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            if (!TryAdd(reader.ReadBytes()))
            {
                throw new SnapshotException("the snapshot has more frames of a network device than this version keeps; use the version that wrote it");
            }
        }
    }
}
