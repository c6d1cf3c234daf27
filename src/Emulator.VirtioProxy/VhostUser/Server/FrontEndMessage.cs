using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>A message of a front end, with what has come with it.</summary>
internal sealed class FrontEndMessage : IDisposable
{
    private readonly byte[] _buffer = new byte[VhostUserHeader.Length + VhostUserHeader.LargestPayload];
    private readonly List<int> _descriptors = [];
    private VhostUserHeader _header;

    /// <summary>What it is.</summary>
    public VhostUserRequest Request => (VhostUserRequest)_header.Request;

    /// <summary>True when the front end waits for an answer, also to a message that has none by itself.</summary>
    public bool NeedsReply => (_header.Flags & VhostUserFlags.NeedReply) != 0;

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(VhostUserHeader.Length, (int)_header.Size);

    /// <summary>Descriptors that have come with it; they are closed with the message unless they are taken.</summary>
    public ReadOnlySpan<int> Descriptors => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_descriptors);

    /// <summary>Waits for a message.</summary>
    /// <exception cref="PeerLostException">The front end is gone, sends too slowly, or sends what is no message.</exception>
    public void Receive(DescriptorSocket socket, HostDeadline deadline)
    {
        Dispose();
        Span<byte> start = _buffer.AsSpan(0, VhostUserHeader.Length);
        socket.Receive(start, _descriptors, deadline);
        if (!VhostUserHeader.TryRead(start, out _header) || (_header.Flags & VhostUserFlags.Reply) != 0)
        {
            _header = default;
            throw new PeerLostException("the front end has sent what is no request of vhost-user");
        }

        if (_header.Size > 0)
        {
            socket.Receive(_buffer.AsSpan(VhostUserHeader.Length, (int)_header.Size), _descriptors, deadline);
        }
    }

    /// <summary>Takes the one descriptor that has come; it is then the caller's.</summary>
    public int TakeDescriptor()
    {
        int descriptor = _descriptors[0];
        _descriptors.Clear();
        return descriptor;
    }

    /// <summary>Closes what nobody has taken.</summary>
    public void Dispose()
    {
        foreach (int descriptor in _descriptors)
        {
            _ = LinuxCalls.Close(descriptor);
        }

        _descriptors.Clear();
    }
}
