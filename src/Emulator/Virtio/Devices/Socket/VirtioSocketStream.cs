using Emulator.Snapshots;

namespace Emulator.Virtio.Devices.Socket;

/// <summary>A stream of bytes between the host and a program of the guest. Each side sends no more than the other has room for.</summary>
public sealed class VirtioSocketStream
{
    /// <summary>Bytes that wait for their reader at most, in each direction.</summary>
    public const int BufferBytes = 64 << 10;

    private const uint SendShutdown = 2; // VIRTIO_VSOCK_SHUTDOWN_F_SEND
    private const uint BothShutdown = 3; // with VIRTIO_VSOCK_SHUTDOWN_F_RCV

    private readonly VirtioSocket _device;
    private readonly ByteQueue _received = new(BufferBytes);
    private readonly ByteQueue _outgoing = new(BufferBytes);
    private SocketOperations _pending;
    private uint _forwarded;
    private uint _forwardedTold;
    private uint _sent;
    private uint _peerBuffer;
    private uint _peerForwarded;
    private uint _peerShutdown;
    private bool _isClosing;

    internal VirtioSocketStream(VirtioSocket device, uint hostPort, uint guestPort, VirtioSocketState state)
    {
        _device = device;
        HostPort = hostPort;
        GuestPort = guestPort;
        State = state;
        _pending = state == VirtioSocketState.Connecting ? SocketOperations.Request : SocketOperations.Response;
    }

    /// <summary>The port at the host's end.</summary>
    public uint HostPort { get; }

    /// <summary>The port at the guest's end.</summary>
    public uint GuestPort { get; }

    /// <summary>How far it is.</summary>
    public VirtioSocketState State { get; private set; }

    /// <summary>True when the guest will send no more; it may yet receive.</summary>
    public bool HasEnded => State == VirtioSocketState.Closed || (_peerShutdown & SendShutdown) != 0;

    /// <summary>Bytes that have come and can be read.</summary>
    public int Available => _received.Count;

    /// <summary>Bytes that were written and have not gone to the guest yet.</summary>
    public int Unsent => _outgoing.Count;

    /// <summary>True for a stream that the guest has begun and nobody has taken yet.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>True when there is something to tell the guest.</summary>
    internal bool HasPending => _pending != SocketOperations.None || SendableBytes > 0 || NeedsShutdown;

    /// <summary>True when the guest knows the stream no longer, and needs not be told any more.</summary>
    internal bool IsFinished => State == VirtioSocketState.Closed && _pending == SocketOperations.None;

    private int SendableBytes => State == VirtioSocketState.Open ? (int)Math.Min((uint)_outgoing.Count, PeerRoom) : 0;

    private uint PeerRoom => _sent - _peerForwarded is var inFlight && inFlight < _peerBuffer ? _peerBuffer - inFlight : 0;

    private bool NeedsShutdown => _isClosing && State == VirtioSocketState.Open && _outgoing.Count == 0;

    /// <summary>Reads what has come.</summary>
    /// <param name="destination">Where to.</param>
    /// <returns>How many bytes; none when nothing has come.</returns>
    public int Read(Span<byte> destination)
    {
        int count = _received.Take(destination);
        _forwarded += (uint)count;

        // Told in time, and not with every byte.
        if (State == VirtioSocketState.Open && _forwarded - _forwardedTold >= BufferBytes / 2)
        {
            _pending |= SocketOperations.CreditUpdate;
            _device.LookForPackets();
        }

        return count;
    }

    /// <summary>Sends bytes, as many as there is room for; the guest gets them when it has room, while the machine runs.</summary>
    /// <param name="source">The bytes.</param>
    /// <returns>How many were taken.</returns>
    /// <exception cref="InvalidOperationException">The stream is closed.</exception>
    public int Write(ReadOnlySpan<byte> source)
    {
        if (State == VirtioSocketState.Closed || _isClosing)
        {
            throw new InvalidOperationException($"the stream to port {GuestPort} of the guest is closed; begin another one");
        }

        int count = _outgoing.Add(source);
        _device.LookForPackets();
        return count;
    }

    /// <summary>Ends the stream when all that was written has gone to the guest.</summary>
    public void Close()
    {
        _isClosing = true;
        if (State == VirtioSocketState.Connecting)
        {
            _pending = SocketOperations.Reset;
            State = VirtioSocketState.Closed;
        }

        _device.LookForPackets();
    }

    /// <summary>Takes the next packet for the guest.</summary>
    /// <param name="room">Bytes of payload that its buffer has room for.</param>
    /// <param name="payload">What goes behind the head.</param>
    /// <returns>The head; the device adds the addresses.</returns>
    internal SocketPacket TakePacket(int room, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        SocketOperation operation;
        uint flags = 0;
        int count = 0;
        if (_pending != SocketOperations.None)
        {
            operation = TakePending();
        }
        else if ((count = Math.Min(Math.Min(SendableBytes, room), _outgoing.First.Length)) > 0)
        {
            operation = SocketOperation.Data;
            payload = _outgoing.First[..count];
            _sent += (uint)count;
        }
        else if (NeedsShutdown)
        {
            operation = SocketOperation.Shutdown;
            flags = BothShutdown;
            State = VirtioSocketState.Closed;
        }
        else
        {
            operation = SocketOperation.CreditUpdate;
        }

        _forwardedTold = _forwarded;
        return new SocketPacket(0, 0, HostPort, GuestPort, (uint)count, SocketPacket.StreamType, operation, flags, BufferBytes, _forwarded);
    }

    /// <summary>The payload of the packet that was taken last has been copied.</summary>
    internal void FinishPacket(int count) => _outgoing.Remove(count);

    /// <summary>The guest has told what room it has.</summary>
    internal void HearCredit(in SocketPacket packet)
    {
        _peerBuffer = packet.BufferBytes;
        _peerForwarded = packet.Forwarded;
    }

    /// <summary>The guest has answered.</summary>
    /// <returns>False when it was not asked.</returns>
    internal bool Open()
    {
        bool wasAsked = State == VirtioSocketState.Connecting;
        State = wasAsked ? VirtioSocketState.Open : State;
        return wasAsked;
    }

    /// <summary>The guest will not send any more, or not receive.</summary>
    /// <returns>True when it will do neither.</returns>
    internal bool HearShutdown(uint flags)
    {
        _peerShutdown |= flags & BothShutdown;
        return _peerShutdown == BothShutdown;
    }

    /// <summary>True when so many bytes may come now.</summary>
    internal bool CanReceive(uint count) => State == VirtioSocketState.Open && count <= (uint)_received.Room;

    /// <summary>Bytes have come, for which there is room.</summary>
    internal void Receive(ReadOnlySpan<byte> bytes) => _ = _received.Add(bytes);

    /// <summary>The guest wants to know what room there is.</summary>
    internal void TellCredit() => _pending |= SocketOperations.CreditUpdate;

    /// <summary>The stream has ended.</summary>
    /// <param name="tell">True when the guest must yet be told.</param>
    internal void End(bool tell)
    {
        State = VirtioSocketState.Closed;
        _pending = tell ? SocketOperations.Reset : SocketOperations.None;
    }

    /// <summary>Writes its state.</summary>
    internal void Save(SnapshotWriter writer)
    {
        writer.Write(HostPort);
        writer.Write(GuestPort);
        writer.Write((byte)State);
        writer.Write((byte)_pending);
        writer.Write(IsWaiting);
        writer.Write(_isClosing);
        foreach (uint count in (ReadOnlySpan<uint>)[_forwarded, _forwardedTold, _sent, _peerBuffer, _peerForwarded, _peerShutdown])
        {
            writer.Write(count);
        }

        _received.Save(writer);
        _outgoing.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    internal static VirtioSocketStream Load(SnapshotReader reader, VirtioSocket device)
    {
        var stream = new VirtioSocketStream(device, reader.ReadUInt32(), reader.ReadUInt32(), (VirtioSocketState)reader.ReadByte())
        {
            _pending = (SocketOperations)reader.ReadByte(),
            IsWaiting = reader.ReadBoolean(),
            _isClosing = reader.ReadBoolean(),
            _forwarded = reader.ReadUInt32(),
            _forwardedTold = reader.ReadUInt32(),
            _sent = reader.ReadUInt32(),
            _peerBuffer = reader.ReadUInt32(),
            _peerForwarded = reader.ReadUInt32(),
            _peerShutdown = reader.ReadUInt32(),
        };
        stream._received.Load(reader);
        stream._outgoing.Load(reader);
        return stream;
    }

    // In the order in which the guest must hear of them.
    private SocketOperation TakePending()
    {
        (SocketOperations taken, SocketOperation operation) =
            (_pending & SocketOperations.Reset) != 0 ? (SocketOperations.Reset, SocketOperation.Reset)
            : (_pending & SocketOperations.Request) != 0 ? (SocketOperations.Request, SocketOperation.Request)
            : (_pending & SocketOperations.Response) != 0 ? (SocketOperations.Response, SocketOperation.Response)
            : (SocketOperations.CreditUpdate, SocketOperation.CreditUpdate);
        _pending &= ~taken;
        return operation;
    }
}
