using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Network;

/// <summary>A machine's connection to a <see cref="NetworkHub"/>. Frames under way are the hub's state.</summary>
internal sealed class NetworkHubPort(NetworkHub hub, int number) : ILargeFrameLink, IDomainReceiver, IMachineAttachment
{
    private readonly byte[] _message = new byte[FrameOffload.Length + FrameOffload.MostFrameBytes];
    private INetworkAdapter? _adapter;
    private DomainPort? _port;

    /// <inheritdoc/>
    public int Number => number;

    /// <inheritdoc/>
    public void Connect(INetworkAdapter adapter, IMachineClock clock, string name)
    {
        if (_adapter is not null)
        {
            throw new InvalidOperationException("a port of a network hub is one device's; create a port for each");
        }

        _adapter = adapter;
    }

    /// <inheritdoc/>
    public void Attach(Machine machine) => _port = hub.Domain.Attach(machine.Join(hub.Domain), this);

    /// <inheritdoc/>
    public bool TakesLargeFrames => true;

    /// <inheritdoc/>
    public void Transmit(ReadOnlySpan<byte> frame) => Transmit(frame, default);

    // A message is a frame behind what is left to do to it.
    /// <inheritdoc/>
    public void Transmit(ReadOnlySpan<byte> frame, in FrameOffload offload)
    {
        if (frame.Length <= FrameOffload.MostFrameBytes)
        {
            offload.Write(_message);
            frame.CopyTo(_message.AsSpan(FrameOffload.Length));
            _port?.Broadcast(_message.AsSpan(0, FrameOffload.Length + frame.Length));
        }
    }

    /// <inheritdoc/>
    public void Receive(int source, ReadOnlySpan<byte> payload)
    {
        FrameOffload offload = FrameOffload.Read(payload);
        ReadOnlySpan<byte> frame = payload[FrameOffload.Length..];
        if (offload.Kind == SegmentationKind.None)
        {
            _adapter?.Receive(frame);
        }
        else
        {
            (_adapter as ILargeFrameAdapter)?.Receive(frame, offload);
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
    }
}
