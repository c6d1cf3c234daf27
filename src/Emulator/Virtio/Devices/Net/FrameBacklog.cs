using Emulator.Network;
using Emulator.Snapshots;

namespace Emulator.Virtio.Devices.Net;

/// <summary>Frames that have come while the driver had no buffers for them. When it is full, frames are lost, as on any adapter.</summary>
internal sealed class FrameBacklog : ISnapshotState
{
    private readonly byte[] _bytes;
    private readonly Frame[] _frames;
    private int _first;

    /// <summary>Creates an empty backlog.</summary>
    /// <param name="capacity">Frames that it holds.</param>
    /// <param name="bytes">Bytes that these can have together.</param>
    public FrameBacklog(int capacity, int bytes)
    {
        _frames = new Frame[capacity];
        _bytes = new byte[bytes];
    }

    /// <summary>Frames in it.</summary>
    public int Count { get; private set; }

    /// <summary>The oldest frame; there must be one.</summary>
    public ReadOnlySpan<byte> First => _bytes.AsSpan(_frames[_first].Start, _frames[_first].Length);

    /// <summary>What is left to do to the oldest frame.</summary>
    public FrameOffload FirstOffload => _frames[_first].Offload;

    /// <summary>Adds a frame.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(ReadOnlySpan<byte> frame, in FrameOffload offload = default)
    {
        if (Count == _frames.Length || !TryPlace(frame.Length, out int start))
        {
            return false;
        }

        _frames[(_first + Count++) % _frames.Length] = new Frame(start, frame.Length, offload);
        frame.CopyTo(_bytes.AsSpan(start));
        return true;
    }

    /// <summary>Takes the oldest frame away.</summary>
    public void RemoveFirst()
    {
        _first = (_first + 1) % _frames.Length;
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
        Span<byte> offload = stackalloc byte[FrameOffload.Length];
        writer.Write(Count);
        for (int index = 0; index < Count; index++)
        {
            ref readonly Frame frame = ref _frames[(_first + index) % _frames.Length];
            frame.Offload.Write(offload);
            writer.Write((ReadOnlySpan<byte>)offload);
            writer.Write((ReadOnlySpan<byte>)_bytes.AsSpan(frame.Start, frame.Length));
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        Clear();
        Span<byte> offload = stackalloc byte[FrameOffload.Length];
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            reader.ReadBytes(offload);
            if (!TryAdd(reader.ReadBytes(), FrameOffload.Read(offload)))
            {
                throw new SnapshotException("the snapshot has more frames of a network device than this version keeps; use the version that wrote it");
            }
        }
    }

    // In one piece behind the last frame, or at the start again.
    private bool TryPlace(int length, out int start)
    {
        start = 0;
        if (Count == 0)
        {
            return length <= _bytes.Length;
        }

        ref readonly Frame last = ref _frames[(_first + Count - 1) % _frames.Length];
        int oldest = _frames[_first].Start;
        start = last.Start + last.Length;
        if (last.Start < oldest)
        {
            return length <= oldest - start;
        }

        if (length <= _bytes.Length - start)
        {
            return true;
        }

        start = 0;
        return length <= oldest;
    }

    private readonly record struct Frame(int Start, int Length, FrameOffload Offload);
}
