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
        writer.Write(TakesLargeFrames);
        writer.Write(_frames.Count);
        Span<byte> offload = stackalloc byte[FrameOffload.Length];
        foreach ((byte[] frame, FrameOffload left) in _frames)
        {
            left.Write(offload);
            writer.Write(offload);
            writer.Write(frame);
        }
    }

    public void Load(SnapshotReader reader)
    {
        TakesLargeFrames = reader.ReadBoolean();
        _frames.Clear();
        byte[] offload = new byte[FrameOffload.Length];
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            reader.ReadBytes(offload);
            _frames.Enqueue((reader.ReadBytes().ToArray(), FrameOffload.Read(offload)));
        }
    }
}
