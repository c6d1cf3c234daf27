using System.Net.Sockets;
using System.Runtime.InteropServices;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>
/// A stream socket as carrier, by Linux's own calls. A thread of its own waits for what comes, as long as nobody else does: a machine that stands still waits itself (<see cref="TryWait"/>), and then an answer
/// costs two changes of threads, as many as the socket's own round trip.
/// </summary>
internal sealed unsafe class SocketCarrier : StreamingCarrier
{
    private const int SocketBuffer = 1 << 20;

    // A peer that is quick is looked for some 20 us, which is less than it takes to sleep and be woken.
    private const int Looks = 50;
    private const int MostCredit = 8;
    private const int LooksAgain = 64;

    // As long as the thread leaves the socket to who waits, in milliseconds; a peer's own requests may wait twice as long for it.
    private const int Leave = 20;

    // A peer that sends more descriptors than anything asks for must not use up this process's.
    private const int MostUntaken = 16;

    private readonly int _descriptor;
    private readonly Queue<int> _untaken = new();
    private readonly List<int> _received = [];
    private readonly Lock _reading = new();
    private readonly Lock _closing = new();
    private readonly EventDescriptor? _bell;
    private readonly EventDescriptor? _interrupt;
    private readonly ManualResetEventSlim _end = new();
    private int _waits;
    private int _isWaitedFor;
    private int _isOnLeave;
    private bool _hasThreadTaken;
    private bool _isClosed;
    private int _credit = MostCredit;
    private int _blindWaits;

    private SocketCarrier(Socket socket, string name, bool canWait)
        : base(socket, name)
    {
        socket.SendBufferSize = SocketBuffer;
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        if (canWait)
        {
            _bell = new EventDescriptor();
            _interrupt = new EventDescriptor();
        }
    }

    /// <summary>Takes a connected socket.</summary>
    /// <param name="socket">The socket; it is disposed with this.</param>
    /// <param name="name">Names the peer in messages for people.</param>
    /// <param name="canWait">True when the carrier's owner waits for answers itself, with <see cref="ICarrier.TryWait"/>.</param>
    public static ICarrier Create(Socket socket, string name, bool canWait) =>
        LinuxCalls.IsSupported ? new SocketCarrier(socket, name, canWait) : new StreamCarrier(new NetworkStream(socket), socket, name);

    /// <inheritdoc/>
    public override bool HasDescriptors => Socket.AddressFamily == AddressFamily.Unix;

    /// <inheritdoc/>
    public override int TakeDescriptor() => _untaken.TryDequeue(out int descriptor) ? descriptor : -1;

    /// <inheritdoc/>
    public override bool TryWait(int milliseconds)
    {
        if (_interrupt is null || IsLost)
        {
            return false;
        }

        Volatile.Write(ref _isWaitedFor, 1);
        Volatile.Write(ref _waits, _waits + 1);
        Interlocked.MemoryBarrier();
        lock (_reading)
        {
            if (_isClosed)
            {
                return true;
            }

            if (Volatile.Read(ref _isOnLeave) == 0)
            {
                _bell!.Signal();
            }

            // What the thread has taken since the caller looked may be what it waits for.
            bool hasTaken = _hasThreadTaken;
            _hasThreadTaken = false;
            if (!hasTaken && !TryLook() && WaitFor(_interrupt, milliseconds))
            {
                _ = TryTake(LinuxCalls.MessageDontWait);
            }
        }

        Volatile.Write(ref _isWaitedFor, 0);
        return true;
    }

    /// <inheritdoc/>
    public override void Interrupt()
    {
        lock (_closing)
        {
            _interrupt?.Signal();
        }
    }

    /// <inheritdoc/>
    protected override void Receive()
    {
        while (!IsLost)
        {
            if (_bell is null)
            {
                if (!TryLook())
                {
                    _ = TryTake(0);
                }
            }
            else if (WaitFor(_bell, Timeout.Infinite))
            {
                lock (_reading)
                {
                    _hasThreadTaken |= TryTake(LinuxCalls.MessageDontWait);
                }
            }
            else
            {
                TakeLeave();
            }
        }

        lock (_reading)
        {
            _isClosed = true;
            CloseDescriptors();
        }

    }

    /// <inheritdoc/>
    protected override int SendSome(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            return Check(LinuxCalls.Send(Socket.SafeHandle, first, (nuint)bytes.Length, LinuxCalls.MessageDontWait | LinuxCalls.MessageNoSignal));
        }
    }

    /// <inheritdoc/>
    protected override int SendSome(ReadOnlySpan<byte> bytes, int descriptor)
    {
        if (descriptor < 0)
        {
            return SendSome(bytes);
        }

        // While the call is made the number stays this socket's.
        SafeHandle handle = Socket.SafeHandle;
        bool isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            return Check(DescriptorMessages.Send((int)handle.DangerousGetHandle(), bytes, [descriptor], LinuxCalls.MessageDontWait));
        }
        finally
        {
            if (isHeld)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    protected override void CloseUntaken()
    {
        while (_untaken.TryDequeue(out int descriptor))
        {
            _ = LinuxCalls.Close(descriptor);
        }
    }

    /// <inheritdoc/>
    protected override void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[Socket.Send(bytes)..];
        }
    }

    /// <inheritdoc/>
    protected override void Close(bool isReceiving)
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (IsLoss(e))
        {
            // It was gone already.
        }

        if (isReceiving)
        {
            // The thread may be where a plain number names the socket: it closes it.
            _end.Set();
        }
        else
        {
            CloseDescriptors();
        }
    }

    private static int Check(nint count)
    {
        if (count >= 0)
        {
            return (int)count;
        }

        int error = Marshal.GetLastPInvokeError();
        return error is LinuxCalls.ErrorAgain or LinuxCalls.ErrorInterrupted ? 0 : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    private nint ReceiveSome(Span<byte> room, int flags)
    {
        if (!HasDescriptors)
        {
            fixed (byte* first = room)
            {
                return LinuxCalls.Receive(_descriptor, first, (nuint)room.Length, flags);
            }
        }

        nint count = DescriptorMessages.Receive(_descriptor, room, _received, flags);
        int error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
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
        Marshal.SetLastPInvokeError(error);
        return count;
    }

    private void CloseDescriptors()
    {
        CloseUntaken();
        Socket.Dispose();
        lock (_closing)
        {
            _bell?.Dispose();
            _interrupt?.Dispose();
        }
    }

    // Leaves the socket to who waits, until nobody has for a while.
    private void TakeLeave()
    {
        _ = _bell!.TryTake();
        Volatile.Write(ref _isOnLeave, 1);
        int waits;
        do
        {
            waits = Volatile.Read(ref _waits);
            if (_end.Wait(Leave))
            {
                return;
            }
        }
        while (Volatile.Read(ref _isWaitedFor) != 0 || Volatile.Read(ref _waits) != waits);

        Volatile.Write(ref _isOnLeave, 0);
    }

    // Looks for a moment without sleeping, as long as that helps.
    private bool TryLook()
    {
        if (Environment.ProcessorCount == 1 || (_credit == 0 && ++_blindWaits % LooksAgain != 0))
        {
            return false;
        }

        for (int i = 0; i < Looks; i++)
        {
            if (TryTake(LinuxCalls.MessageDontWait))
            {
                _credit = Math.Min(MostCredit, _credit + 2);
                return true;
            }
        }

        _credit = Math.Max(0, _credit - 1);
        return false;
    }

    // True when the socket has something; false when the other descriptor has, or the time is over.
    private bool WaitFor(EventDescriptor other, int milliseconds)
    {
        LinuxCalls.PollEntry* entries = stackalloc LinuxCalls.PollEntry[2];
        entries[0] = new LinuxCalls.PollEntry { Descriptor = _descriptor, Events = LinuxCalls.PollIn };
        entries[1] = new LinuxCalls.PollEntry { Descriptor = other.Descriptor, Events = LinuxCalls.PollIn };
        _ = LinuxCalls.Poll(entries, 2, milliseconds);
        if (entries[1].Returned != 0 && other == _interrupt)
        {
            _ = other.TryTake();
        }

        return entries[0].Returned != 0 && (entries[1].Returned == 0 || other == _interrupt);
    }

    // False when there was nothing.
    private bool TryTake(int flags)
    {
        nint count = ReceiveSome(Room, flags);

        if (count > 0)
        {
            Deliver((int)count);
            return true;
        }

        int error = count == 0 ? 0 : Marshal.GetLastPInvokeError();
        if (error is LinuxCalls.ErrorAgain or LinuxCalls.ErrorInterrupted)
        {
            return false;
        }

        Lose(error == 0 ? $"{Name} has closed the connection" : Marshal.GetPInvokeErrorMessage(error));
        return true;
    }
}
