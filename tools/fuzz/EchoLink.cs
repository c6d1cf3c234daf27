using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Fuzz;

/// <summary>A link that gives frames back when it is told to.</summary>
internal sealed class EchoLink : ILargeFrameLink
{
    private const int MostFrames = 16;

    private readonly Queue<(byte[] Frame, FrameOffload Offload)> _frames = [];
    private INetworkAdapter? _adapter;

    public void Connect(INetworkAdapter adapter, IMachineClock clock, string name) => _adapter = adapter;

    /// <summary>Whether frames may be large.</summary>
    public bool TakesLargeFrames { get; set; } = true;

    public void Transmit(ReadOnlySpan<byte> frame) => Transmit(frame, default);

    public void Transmit(ReadOnlySpan<byte> frame, in FrameOffload offload)
    {
        if (_frames.Count < MostFrames)
        {
            _frames.Enqueue((frame.ToArray(), offload));
        }
    }

    /// <summary>Gives back what has been sent.</summary>
    public void Return()
    {
        while (_frames.TryDequeue(out (byte[] Frame, FrameOffload Offload) sent))
        {
            if (sent.Offload.Kind == SegmentationKind.None)
            {
                _adapter?.Receive(sent.Frame);
            }
            else
            {
                (_adapter as ILargeFrameAdapter)?.Receive(sent.Frame, sent.Offload);
            }
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
