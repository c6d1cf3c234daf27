using System.Runtime.InteropServices;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>Requests to a back end over one connection, and their replies. Used by one thread; each call ends by a deadline of its own.</summary>
internal sealed class VhostUserConnection : IDisposable
{
    private readonly DescriptorSocket _socket;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly byte[] _buffer = new byte[VhostUserHeader.Length + VhostUserHeader.LargestPayload];
    private readonly List<int> _received = [];

    /// <summary>Wraps a connected socket, which it then owns.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="time">The host's time.</param>
    /// <param name="patience">How long the peer may take for one message.</param>
    public VhostUserConnection(DescriptorSocket socket, TimeProvider time, TimeSpan patience)
    {
        _socket = socket;
        _time = time;
        _patience = patience;
    }

    /// <summary>The socket's descriptor.</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>The extensions that were agreed on.</summary>
    public VhostUserProtocolFeatures ProtocolFeatures { get; set; }

    /// <summary>Sends a request that has no reply by itself. Where both sides can, it is acknowledged.</summary>
    /// <param name="request">The request.</param>
    /// <param name="payload">What goes with it.</param>
    /// <param name="descriptors">Descriptors that go with it.</param>
    /// <exception cref="PeerLostException">The peer is gone, does not answer, or has refused.</exception>
    public void Send(VhostUserRequest request, ReadOnlySpan<byte> payload, params ReadOnlySpan<int> descriptors)
    {
        bool isAcknowledged = (ProtocolFeatures & VhostUserProtocolFeatures.ReplyAcknowledge) != 0 && request != VhostUserRequest.SetProtocolFeatures;
        HostDeadline deadline = HostDeadline.After(_time, _patience);
        Write(request, isAcknowledged ? VhostUserFlags.NeedReply : 0, payload, descriptors, deadline);
        if (isAcknowledged)
        {
            ulong answer = ReadNumber(request, deadline);
            if (answer != 0)
            {
                throw new PeerLostException($"the peer has refused {request} with {answer}");
            }
        }
    }

    /// <summary>Asks for a number.</summary>
    /// <exception cref="PeerLostException">The peer is gone, does not answer, or answers something else.</exception>
    public ulong AskNumber(VhostUserRequest request)
    {
        HostDeadline deadline = HostDeadline.After(_time, _patience);
        Write(request, 0, [], [], deadline);
        return ReadNumber(request, deadline);
    }

    /// <summary>Asks for a ring's position, which also stops the ring: when this returns the back end uses nothing of it any more.</summary>
    /// <exception cref="PeerLostException">The peer is gone, does not answer, or answers something else.</exception>
    public uint AskVringBase(int ring)
    {
        HostDeadline deadline = HostDeadline.After(_time, _patience);
        Write(VhostUserRequest.GetVringBase, 0, VhostUserPayload.VringState(ring, 0), [], deadline);
        ReadOnlySpan<byte> payload = ReadReply(VhostUserRequest.GetVringBase, deadline);
        return VhostUserPayload.TryReadVringState(payload, out int answered, out uint position) && answered == ring
            ? position
            : throw new PeerLostException($"the peer has answered {VhostUserRequest.GetVringBase} for another ring");
    }

    /// <summary>Asks for the configuration space. It is always read from its beginning: back ends are known that ignore the offset.</summary>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="PeerLostException">The peer is gone, does not answer, or does not have so many bytes.</exception>
    public byte[] AskConfiguration(int length)
    {
        HostDeadline deadline = HostDeadline.After(_time, _patience);
        Write(VhostUserRequest.GetConfiguration, 0, VhostUserPayload.Configuration(0, new byte[length]), [], deadline);
        ReadOnlySpan<byte> payload = ReadReply(VhostUserRequest.GetConfiguration, deadline);
        return VhostUserPayload.TryReadConfiguration(payload, out ReadOnlySpan<byte> contents) && contents.Length == length
            ? contents.ToArray()
            : throw new PeerLostException($"the peer has no configuration space of {length} bytes");
    }

    /// <summary>Asks for memory in which the back end keeps which requests it has begun.</summary>
    /// <param name="wanted">For which queues.</param>
    /// <param name="place">Where it is.</param>
    /// <returns>A descriptor of it, which is then the caller's; -1 when the back end has none.</returns>
    /// <exception cref="PeerLostException">The peer is gone, does not answer, or answers something else.</exception>
    public int AskInflight(in VhostUserInflight wanted, out VhostUserInflight place)
    {
        HostDeadline deadline = HostDeadline.After(_time, _patience);
        Write(VhostUserRequest.GetInflightMemory, 0, VhostUserPayload.Inflight(wanted), [], deadline);
        ReadOnlySpan<byte> payload = ReadReply(VhostUserRequest.GetInflightMemory, deadline, out int descriptor);
        bool isAnswer = VhostUserPayload.TryReadInflight(payload, out place) && (place.Length > 0) == (descriptor >= 0);
        if (!isAnswer)
        {
            LinuxCalls.CloseIfAny(descriptor);
            throw new PeerLostException($"the peer has answered {VhostUserRequest.GetInflightMemory} with something else than memory");
        }

        return descriptor;
    }

    /// <summary>Waits until the back end has taken all that was sent.</summary>
    /// <exception cref="PeerLostException">The peer is gone or does not answer.</exception>
    public void Synchronize()
    {
        // Messages are taken in order, so any reply will do.
        if ((ProtocolFeatures & VhostUserProtocolFeatures.ReplyAcknowledge) == 0)
        {
            _ = AskNumber(VhostUserRequest.GetFeatures);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Write(VhostUserRequest request, VhostUserFlags flags, ReadOnlySpan<byte> payload, ReadOnlySpan<int> descriptors, HostDeadline deadline)
    {
        new VhostUserHeader((uint)request, VhostUserFlags.Version | flags, (uint)payload.Length).Write(_buffer);
        payload.CopyTo(_buffer.AsSpan(VhostUserHeader.Length));
        _socket.Send(_buffer.AsSpan(0, VhostUserHeader.Length + payload.Length), descriptors, deadline);
    }

    private ulong ReadNumber(VhostUserRequest request, HostDeadline deadline) =>
        VhostUserPayload.TryReadNumber(ReadReply(request, deadline), out ulong value)
            ? value
            : throw new PeerLostException($"the peer has answered {request} with something else than a number");

    private ReadOnlySpan<byte> ReadReply(VhostUserRequest request, HostDeadline deadline)
    {
        ReadOnlySpan<byte> payload = ReadReply(request, deadline, out int descriptor);

        // No other reply that is asked for carries any.
        LinuxCalls.CloseIfAny(descriptor);
        return payload;
    }

    // The first descriptor that comes with a reply is the caller's.
    private ReadOnlySpan<byte> ReadReply(VhostUserRequest request, HostDeadline deadline, out int descriptor)
    {
        descriptor = -1;
        _received.Clear();
        Span<byte> start = _buffer.AsSpan(0, VhostUserHeader.Length);
        try
        {
            _socket.Receive(start, _received, deadline);
            if (!VhostUserHeader.TryRead(start, out VhostUserHeader header))
            {
                throw new PeerLostException("the peer has sent what is no message of vhost-user");
            }

            if (header.Request != (uint)request || (header.Flags & VhostUserFlags.Reply) == 0)
            {
                throw new PeerLostException($"the peer has sent message {header.Request} where the reply to {request} was due");
            }

            Span<byte> payload = _buffer.AsSpan(VhostUserHeader.Length, (int)header.Size);
            if (!payload.IsEmpty)
            {
                _socket.Receive(payload, _received, deadline);
            }

            if (_received.Count > 0)
            {
                descriptor = _received[0];
                _received.RemoveAt(0);
            }

            return payload;
        }
        finally
        {
            foreach (int other in CollectionsMarshal.AsSpan(_received))
            {
                _ = LinuxCalls.Close(other);
            }
        }
    }
}
