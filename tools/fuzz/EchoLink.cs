using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Fuzz;

/// <summary>A link that gives frames back when it is told to.</summary>
internal sealed class EchoLink : INetworkLink
{
    private const int MostFrames = 16;

    private readonly Queue<byte[]> _frames = [];
    private INetworkAdapter? _adapter;

    public void Connect(INetworkAdapter adapter, IMachineClock clock, string name) => _adapter = adapter;

    public void Transmit(ReadOnlySpan<byte> frame)
    {
        if (_frames.Count < MostFrames)
        {
            _frames.Enqueue(frame.ToArray());
        }
    }

    /// <summary>Gives back what has been sent.</summary>
    public void Return()
    {
        while (_frames.TryDequeue(out byte[]? frame))
        {
            _adapter?.Receive(frame);
        }
    }

    public void Save(SnapshotWriter writer)
    {
        // Frames that are lost are no matter here.
    }

    public void Load(SnapshotReader reader)
    {
        // The same.
    }
}
