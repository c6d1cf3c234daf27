using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Socket;

/// <summary>
/// The socket device (virtio 1.3, section 5.10) with the host's end in this process. Streams only. A packet of the guest is answered when the guest has room for the answer; until then no more
/// of its packets are taken than answers are kept.
/// </summary>
internal sealed class VirtioSocket : VirtioModel, IVirtioSocket
{
    /// <summary>The host's address (VMADDR_CID_HOST).</summary>
    public const uint HostCid = 2;

    /// <summary>Most streams.</summary>
    public const int MostStreams = 128;

    private const ulong StreamFeature = 1 << 0; // VIRTIO_VSOCK_F_STREAM
    private const int ReceiveQueue = 0;
    private const int TransmitQueue = 1;
    private const int QueueSize = 128;
    private const int MostRefusals = 64;
    private const int MostPayload = 64 << 10;
    private const uint FirstPort = 0x8000_0000;

    private readonly List<VirtioSocketStream> _streams = [];
    private readonly Queue<(uint HostPort, uint GuestPort)> _refusals = new(MostRefusals);
    private readonly SortedSet<uint> _listening = [];
    private uint _nextPort = FirstPort;
    private int _turn;
    private bool _isHeldBack;

    /// <summary>Creates the device.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="guestCid">The guest's address.</param>
    public VirtioSocket(VirtioModelSettings settings, uint guestCid)
        : base(settings, VirtioDeviceType.Socket, [QueueSize, QueueSize, QueueSize])
    {
        GuestCid = guestCid;
    }

    /// <inheritdoc/>
    public uint GuestCid { get; }

    /// <inheritdoc/>
    public IReadOnlyList<VirtioSocketStream> Streams => [.. _streams];

    /// <inheritdoc/>
    public override int ConfigurationLength => 8;

    /// <inheritdoc/>
    protected override ulong DeviceTypeFeatures => StreamFeature;

    /// <inheritdoc/>
    public void Listen(uint port) => _listening.Add(port);

    /// <inheritdoc/>
    public bool TryAccept(uint port, [NotNullWhen(true)] out VirtioSocketStream? stream)
    {
        stream = _streams.Find(candidate => candidate.IsWaiting && candidate.HostPort == port);
        if (stream is null)
        {
            return false;
        }

        stream.IsWaiting = false;
        Forget(stream);
        return true;
    }

    /// <inheritdoc/>
    public VirtioSocketStream Connect(uint port)
    {
        if (_streams.Count == MostStreams)
        {
            throw new InvalidOperationException($"there are {MostStreams} streams; close some first");
        }

        var stream = new VirtioSocketStream(this, _nextPort++, port, VirtioSocketState.Connecting);
        _streams.Add(stream);
        LookForPackets();
        return stream;
    }

    /// <summary>There may be a packet for the guest.</summary>
    public void LookForPackets() => Look(ReceiveQueue);

    /// <inheritdoc/>
    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        Span<byte> configuration = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(configuration, GuestCid);
        configuration.Slice(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is held.
    }

    /// <inheritdoc/>
    protected override bool IsWanted(int queue) => queue switch
    {
        ReceiveQueue => _refusals.Count > 0 || _streams.Exists(stream => stream.HasPending),
        TransmitQueue => _refusals.Count < MostRefusals,

        // The guest's connections outlive everything here, so that there is nothing to tell of.
        _ => false,
    };

    /// <inheritdoc/>
    protected override bool Execute(int queue, DescriptorChain chain) => queue == ReceiveQueue ? Send(chain) : Hear(chain);

    /// <inheritdoc/>
    protected override void OnServed(int queue)
    {
        if (queue == TransmitQueue)
        {
            _isHeldBack = !IsWanted(TransmitQueue);
            LookForPackets();
        }
        else if (queue == ReceiveQueue && _isHeldBack && IsWanted(TransmitQueue))
        {
            _isHeldBack = false;
            Look(TransmitQueue);
        }
    }

    /// <inheritdoc/>
    protected override void OnReset()
    {
        foreach (VirtioSocketStream stream in _streams)
        {
            stream.End(tell: false);
        }

        _streams.Clear();
        _refusals.Clear();
        _turn = 0;
        _isHeldBack = false;
    }

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer)
    {
        writer.Write(_nextPort);
        writer.Write(_turn);
        writer.Write(_isHeldBack);
        writer.Write((ReadOnlySpan<uint>)[.. _listening]);
        writer.Write((ReadOnlySpan<uint>)[.. _refusals.SelectMany(refusal => new[] { refusal.HostPort, refusal.GuestPort })]);
        writer.Write(_streams.Count);
        foreach (VirtioSocketStream stream in _streams)
        {
            stream.Save(writer);
        }
    }

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader)
    {
        OnReset();
        _nextPort = reader.ReadUInt32();
        _turn = reader.ReadInt32();
        _isHeldBack = reader.ReadBoolean();
        _listening.Clear();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            _listening.Add(reader.ReadUInt32());
        }

        for (int count = reader.ReadInt32() / 2; count > 0; count--)
        {
            _refusals.Enqueue((reader.ReadUInt32(), reader.ReadUInt32()));
        }

        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            _streams.Add(VirtioSocketStream.Load(reader, this));
        }
    }

    // One packet for the guest: refusals first, then the streams in turn.
    private bool Send(DescriptorChain chain)
    {
        if (chain.WritableLength < SocketPacket.HeadLength)
        {
            return false;
        }

        ReadOnlySpan<byte> payload = default;
        SocketPacket packet;
        VirtioSocketStream? stream = null;
        if (_refusals.TryDequeue(out (uint HostPort, uint GuestPort) refused))
        {
            packet = new SocketPacket(0, 0, refused.HostPort, refused.GuestPort, 0, SocketPacket.StreamType, SocketOperation.Reset, 0, 0, 0);
        }
        else
        {
            stream = NextStream();
            packet = stream.TakePacket((int)Math.Min(chain.WritableLength - SocketPacket.HeadLength, MostPayload), out payload);
        }

        Span<byte> head = stackalloc byte[SocketPacket.HeadLength];
        (packet with { SourceCid = HostCid, DestinationCid = GuestCid }).Write(head);
        _ = chain.TryWrite(head) && chain.TryWrite(payload);
        stream?.FinishPacket(payload.Length);
        Forget(stream);
        return true;
    }

    private VirtioSocketStream NextStream()
    {
        int index = _turn;
        do
        {
            index = (index + 1) % _streams.Count;
        }
        while (!_streams[index].HasPending);
        _turn = index;
        return _streams[index];
    }

    private bool Hear(DescriptorChain chain)
    {
        Span<byte> head = stackalloc byte[SocketPacket.HeadLength];
        if (!chain.TryRead(head))
        {
            return false;
        }

        SocketPacket packet = SocketPacket.Read(head);
        if (packet.Length > chain.ReadableLength)
        {
            return false;
        }

        bool isForHost = packet.SourceCid == GuestCid && packet.DestinationCid == HostCid && packet.Type == SocketPacket.StreamType;
        VirtioSocketStream? stream = isForHost ? Find(packet.DestinationPort, packet.SourcePort) : null;
        if (stream is not null)
        {
            stream.HearCredit(packet);
            HearOnStream(stream, packet, chain);
            Forget(stream);
        }
        else if (isForHost && packet.Operation == SocketOperation.Request && _listening.Contains(packet.DestinationPort) && _streams.Count < MostStreams)
        {
            stream = new VirtioSocketStream(this, packet.DestinationPort, packet.SourcePort, VirtioSocketState.Open) { IsWaiting = true };
            stream.HearCredit(packet);
            _streams.Add(stream);
        }
        else if (packet.Operation != SocketOperation.Reset)
        {
            _refusals.Enqueue((packet.DestinationPort, packet.SourcePort));
        }

        return true;
    }

    private static void HearOnStream(VirtioSocketStream stream, in SocketPacket packet, DescriptorChain chain)
    {
        switch (packet.Operation)
        {
            case SocketOperation.Response when stream.Open():
            case SocketOperation.CreditUpdate:
                break;
            case SocketOperation.CreditRequest:
                stream.TellCredit();
                break;
            case SocketOperation.Data when stream.CanReceive(packet.Length):
                long left = packet.Length;
                while (left > 0 && chain.TryTakeReadable((int)left, out ReadOnlySpan<byte> piece))
                {
                    stream.Receive(piece);
                    left -= piece.Length;
                }

                break;

            case SocketOperation.Shutdown when !stream.HearShutdown(packet.Flags):
                break;
            case SocketOperation.Reset:
                stream.End(tell: false);
                break;
            default:
                stream.End(tell: true);
                break;
        }
    }

    private VirtioSocketStream? Find(uint hostPort, uint guestPort)
    {
        foreach (VirtioSocketStream stream in _streams)
        {
            if (stream.HostPort == hostPort && stream.GuestPort == guestPort && !stream.IsFinished)
            {
                return stream;
            }
        }

        return null;
    }

    private void Forget(VirtioSocketStream? stream)
    {
        // One that nobody has taken stays for who reads what came.
        if (stream is { IsFinished: true, IsWaiting: false } && _streams.Remove(stream))
        {
            _turn = 0;
        }
    }
}
