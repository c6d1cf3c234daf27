using System.Net.Sockets;
using System.Runtime.InteropServices;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>A Unix stream socket as carrier: messages can have a file descriptor with them, which comes with their first byte.</summary>
internal sealed class UnixCarrier : SocketCarrier
{
    // A peer that sends more than anything asks for must not use up this process's descriptors.
    private const int MostUntaken = 16;

    private readonly Queue<int> _untaken = new();
    private readonly List<int> _received = [];

    /// <inheritdoc cref="SocketCarrier(Socket, string)"/>
    public UnixCarrier(Socket socket, string name)
        : base(socket, name)
    {
    }

    /// <inheritdoc/>
    public override bool HasDescriptors => LinuxCalls.IsSupported;

    /// <inheritdoc/>
    public override int TakeDescriptor() => _untaken.TryDequeue(out int descriptor) ? descriptor : -1;

    /// <inheritdoc/>
    protected override int SendSome(ReadOnlySpan<byte> bytes, int descriptor)
    {
        if (descriptor < 0)
        {
            return base.SendSome(bytes, descriptor);
        }

        int sent;
        using (var use = new SocketUse(Socket.SafeHandle))
        {
            while ((sent = (int)DescriptorMessages.Send(use.Descriptor, bytes, [descriptor], flags: 0)) < 0)
            {
                WaitAfterError(SelectMode.SelectWrite);
            }
        }

        return sent;
    }

    /// <inheritdoc/>
    protected override int ReceiveSome(Span<byte> room)
    {
        if (!HasDescriptors)
        {
            return base.ReceiveSome(room);
        }

        int count;
        using (var use = new SocketUse(Socket.SafeHandle))
        {
            while ((count = (int)DescriptorMessages.Receive(use.Descriptor, room, _received, flags: 0)) < 0)
            {
                WaitAfterError(SelectMode.SelectRead);
            }
        }

        foreach (int descriptor in _received)
        {
            if (_untaken.Count < MostUntaken)
            {
                _untaken.Enqueue(descriptor);
            }
            else
            {
                _ = LinuxCalls.Close(descriptor);
            }
        }

        _received.Clear();
        return count;
    }

    /// <inheritdoc/>
    protected override void CloseUntaken()
    {
        while (_untaken.TryDequeue(out int descriptor))
        {
            _ = LinuxCalls.Close(descriptor);
        }
    }

    private void WaitAfterError(SelectMode mode)
    {
        switch (Marshal.GetLastPInvokeError())
        {
            case LinuxCalls.ErrorInterrupted:
                break;
            case LinuxCalls.ErrorAgain:
                _ = Socket.Poll(-1, mode);
                break;
            default:
                throw new SocketException((int)SocketError.ConnectionReset, "the connection has ended");
        }
    }

    // While a call is made the number stays this socket's, whoever disposes of it.
    private readonly ref struct SocketUse
    {
        private readonly SafeHandle _handle;

        public SocketUse(SafeHandle handle)
        {
            bool isAdded = false;
            _handle = handle;
            handle.DangerousAddRef(ref isAdded);
        }

        public int Descriptor => (int)_handle.DangerousGetHandle();

        public void Dispose() => _handle.DangerousRelease();
    }
}
