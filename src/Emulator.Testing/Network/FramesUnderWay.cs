using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Testing.Network;

/// <summary>Frames between the servers of a <see cref="Lan"/> and the machine, in the order in which they arrive.</summary>
internal sealed class FramesUnderWay : ISnapshotState
{
    private readonly Queue<(VirtualTime Arrival, byte[] Frame)> _frames = new();

    /// <summary>When the next one arrives; <see cref="VirtualTime.Never"/> while there is none.</summary>
    public VirtualTime NextArrival => _frames.TryPeek(out (VirtualTime Arrival, byte[] Frame) next) ? next.Arrival : VirtualTime.Never;

    /// <summary>Sends a frame on its way. Frames do not overtake one another.</summary>
    public void Add(VirtualTime arrival, ReadOnlySpan<byte> frame) => _frames.Enqueue((arrival, frame.ToArray()));

    /// <summary>Takes the next frame that has arrived.</summary>
    public bool TryTake(VirtualTime now, out ReadOnlySpan<byte> frame)
    {
        bool arrived = NextArrival <= now && _frames.Count > 0;
        frame = arrived ? _frames.Dequeue().Frame : default;
        return arrived;
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section("lan-frames", 1);
        writer.Write(_frames.Count);
        foreach ((VirtualTime arrival, byte[] frame) in _frames)
        {
            writer.Write(arrival.Nanoseconds);
            writer.Write((ReadOnlySpan<byte>)frame);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _ = reader.Section("lan-frames", 1);
        _frames.Clear();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            var arrival = new VirtualTime(reader.ReadInt64());
            _frames.Enqueue((arrival, reader.ReadBytes().ToArray()));
        }
    }
}
