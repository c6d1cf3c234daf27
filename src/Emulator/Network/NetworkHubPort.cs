using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Network;

/// <summary>A machine's connection to a <see cref="NetworkHub"/>. Frames under way are the hub's state.</summary>
internal sealed class NetworkHubPort(NetworkHub hub, int number) : ILargeFrameLink, IDomainReceiver, IMachineAttachment
{
    /// <summary>Most frames that it carries in each latency.</summary>
    internal const int MostFrames = 8192;

    /// <summary>Most bytes of frames that it carries in each latency.</summary>
    internal const int MostBytes = 16 << 20;

    private readonly byte[] _message = new byte[FrameOffload.Length + FrameOffload.MostFrameBytes];
    private INetworkAdapter? _adapter;
    private IMachineClock? _clock;
    private DomainPort? _port;

    // What was sent in the latency that it is now, counted by the sender's time alone: how the machines take turns makes no difference.
    private long _interval;
    private int _frames;
    private int _bytes;

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
        _clock = clock;
    }

    /// <summary>Frames that were more than it carries.</summary>
    internal long LostFrames { get; private set; }

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
        if (frame.Length <= FrameOffload.MostFrameBytes && TryCarry(frame.Length))
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
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section("hub-port", 1);
        writer.Write(_interval);
        writer.Write(_frames);
        writer.Write(_bytes);
        writer.Write(LostFrames);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section("hub-port", 1);
        _interval = reader.ReadInt64();
        _frames = reader.ReadInt32();
        _bytes = reader.ReadInt32();
        LostFrames = reader.ReadInt64();
    }

    // A device sends all that its driver offers in an instant; what is under way takes memory of the host.
    private bool TryCarry(int length)
    {
        long interval = (_clock?.Now.Nanoseconds ?? 0) / hub.Domain.Latency;
        if (interval != _interval)
        {
            _interval = interval;
            _frames = 0;
            _bytes = 0;
        }

        if (_frames == MostFrames || _bytes + length > MostBytes)
        {
            LostFrames++;
            return false;
        }

        _frames++;
        _bytes += length;
        return true;
    }
}
