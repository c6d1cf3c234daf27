using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Emulator.VirtioProxy.VhostUser.Host;

/// <summary>A Unix stream socket whose messages can carry file descriptors. Nothing waits longer than it is told.</summary>
internal sealed unsafe class DescriptorSocket : IDisposable
{
    private readonly Socket? _socket;
    private int _descriptor;

    private DescriptorSocket(Socket socket)
    {
        _socket = socket;
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
    }

    private DescriptorSocket(int descriptor)
    {
        _descriptor = descriptor;
    }

    /// <summary>The descriptor, or -1 once it is closed.</summary>
    public int Descriptor => _descriptor;

    /// <summary>Wraps a connected socket, which it then owns.</summary>
    public static DescriptorSocket From(Socket socket) => new(socket);

    /// <summary>Wraps a descriptor that has come from a peer, which it then owns.</summary>
    public static DescriptorSocket From(int descriptor) => new(descriptor);

    /// <summary>Connects to a socket in the file system.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static DescriptorSocket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new DescriptorSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Creates two sockets that are connected to each other.</summary>
    /// <exception cref="VhostUserException">The host has no more descriptors.</exception>
    public static (DescriptorSocket First, DescriptorSocket Second) CreatePair()
    {
        const int unix = 1;
        const int streamCloseOnExec = 0x8_0001;
        int* descriptors = stackalloc int[2];
        return LinuxCalls.SocketPair(unix, streamCloseOnExec, 0, descriptors) == 0
            ? (new DescriptorSocket(descriptors[0]), new DescriptorSocket(descriptors[1]))
            : throw new VhostUserException("the host gave no pair of sockets; allow the process more open files");
    }

    /// <summary>Sends bytes; the descriptors go with the first of them.</summary>
    /// <param name="bytes">The bytes, not empty.</param>
    /// <param name="descriptors">At most 16; they stay the caller's.</param>
    /// <param name="deadline">When to give up.</param>
    /// <exception cref="PeerLostException">The peer is gone, or takes nothing.</exception>
    public void Send(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors, HostDeadline deadline)
    {
        for (int sent = 0; sent < bytes.Length;)
        {
            nint count = DescriptorMessages.Send(_descriptor, bytes[sent..], sent == 0 ? descriptors : [], LinuxCalls.MessageDontWait);
            if (count >= 0)
            {
                sent += (int)count;
                continue;
            }

            WaitAfter(Marshal.GetLastPInvokeError(), LinuxCalls.PollOut, deadline);
        }
    }

    /// <summary>Fills a buffer.</summary>
    /// <param name="bytes">The buffer, not empty.</param>
    /// <param name="descriptors">Descriptors that came with the bytes are added, 16 at most in all; they are the caller's to close, also after an exception.</param>
    /// <param name="deadline">When to give up.</param>
    /// <exception cref="PeerLostException">The peer is gone, or sends too little.</exception>
    public void Receive(Span<byte> bytes, List<int> descriptors, HostDeadline deadline)
    {
        for (int received = 0; received < bytes.Length;)
        {
            nint count = DescriptorMessages.Receive(_descriptor, bytes[received..], descriptors, LinuxCalls.MessageDontWait);
            if (count > 0)
            {
                received += (int)count;

                // Each byte could bring some.
                if (descriptors.Count > DescriptorMessages.Most)
                {
                    throw new PeerLostException($"the peer has sent more than {DescriptorMessages.Most} descriptors with one message");
                }

                continue;
            }

            if (count == 0)
            {
                throw new PeerLostException("the peer has closed the connection");
            }

            WaitAfter(Marshal.GetLastPInvokeError(), LinuxCalls.PollIn, deadline);
        }
    }

    /// <summary>Ends the connection under another thread that waits for something to come.</summary>
    public void Shutdown()
    {
        try
        {
            _socket?.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (_socket is not null)
        {
            _socket.Dispose();
        }
        else if (descriptor >= 0)
        {
            _ = LinuxCalls.Close(descriptor);
        }
    }

    private void WaitAfter(int error, short events, HostDeadline deadline)
    {
        if (error == LinuxCalls.ErrorInterrupted)
        {
            return;
        }

        if (error != LinuxCalls.ErrorAgain)
        {
            throw new PeerLostException($"the connection has ended ({Marshal.GetPInvokeErrorMessage(error)})");
        }

        var entry = new LinuxCalls.PollEntry { Descriptor = _descriptor, Events = events };
        if (LinuxCalls.Poll(&entry, 1, deadline.RemainingMilliseconds) == 0)
        {
            throw new PeerLostException("the peer has not answered in time");
        }
    }
}
