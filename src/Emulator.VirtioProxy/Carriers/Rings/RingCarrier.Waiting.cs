using System.Diagnostics;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers.Rings;

// Waiting for what comes: by the carrier's own thread, or, while there is one, by who wants an answer.
internal sealed unsafe partial class RingCarrier
{
    // As long as the thread leaves the rings to who waits, how often it sees whether the other side lives, and how soon it looks for room; in milliseconds.
    private const int Leave = 20;
    private const int LongestSleep = 100;
    private const int RoomSleep = 1;

    private readonly IBell _bell;
    private readonly WaitWords _ownWait;
    private readonly WaitWords _otherWait;
    private readonly PollingRule _polling = new();
    private readonly Lock _receiving = new();
    private readonly ManualResetEventSlim _end = new();
    private int _processor = -1;
    private int _waits;
    private int _isWaitedFor;
    private int _isOnLeave;
    private int _isInterrupted;
    private bool _hasThreadTaken;

    // One sleeps at a time: there is one word. The thread makes room for who waits.
    private bool MustReturn(bool isThread) => IsLost || Volatile.Read(ref isThread ? ref _isWaitedFor : ref _isInterrupted) != 0;

    /// <inheritdoc/>
    public bool TryWait(int milliseconds)
    {
        if (IsLost)
        {
            return false;
        }

        Volatile.Write(ref _waits, _waits + 1);
        _ = Interlocked.Exchange(ref _isWaitedFor, 1);
        if (Volatile.Read(ref _isOnLeave) == 0)
        {
            WakeSelf();
        }

        lock (_receiving)
        {
            // What the thread has taken since the caller looked may be what it waits for.
            bool hasTaken = _hasThreadTaken;
            _hasThreadTaken = false;
            if (!hasTaken && !_isReleased && !MustReturn(isThread: false) && !TryTakeOrSleep(milliseconds, isThread: false))
            {
                LoseIfGone();
            }
        }

        SendQueued();

        // What the caller looks at from here on is newer than the interruption that ends here.
        _ = Interlocked.Exchange(ref _isInterrupted, 0);
        Volatile.Write(ref _isWaitedFor, 0);
        return true;
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        Volatile.Write(ref _isInterrupted, 1);
        WakeSelf();
    }

    private void WakeSelf()
    {
        lock (_sending)
        {
            if (!_isReleased)
            {
                _ownWait.Ring(_bell);
            }
        }
    }

    private void Receive()
    {
        while (!IsLost)
        {
            if (Volatile.Read(ref _isWaitedFor) != 0)
            {
                TakeLeave();
            }

            bool hasTaken;
            lock (_receiving)
            {
                hasTaken = TryTakeOrSleep(LongestSleep, isThread: true);
                _hasThreadTaken |= hasTaken;
            }

            SendQueued();
            if (!hasTaken)
            {
                LoseIfGone();
            }
        }

        Release();
    }

    // Leaves the rings to who waits, until nobody has for a while.
    private void TakeLeave()
    {
        Volatile.Write(ref _isOnLeave, 1);
        int waits;
        do
        {
            waits = Volatile.Read(ref _waits);
            _ = _end.Wait(Leave);
            LoseIfGone();
        }
        while (!IsLost && (Volatile.Read(ref _isWaitedFor) != 0 || Volatile.Read(ref _waits) != waits));

        Volatile.Write(ref _isOnLeave, 0);
    }

    // True when something has come.
    private bool TryTakeOrSleep(int milliseconds, bool isThread)
    {
        if (TryTakeAll())
        {
            return true;
        }

        long start = Stopwatch.GetTimestamp();
        do
        {
            if (MustReturn(isThread))
            {
                return false;
            }

            if (IsOtherOnThisProcessor())
            {
                // It cannot answer while this side looks around.
                return Sleep(milliseconds, isThread);
            }

            Thread.SpinWait(1);
            if (TryTakeAll())
            {
                return true;
            }
        }
        while (Stopwatch.GetElapsedTime(start) < _polling.Patience);

        bool hasTaken = Sleep(milliseconds, isThread);
        if (hasTaken)
        {
            _polling.Slept(Stopwatch.GetElapsedTime(start));
        }

        return hasTaken;
    }

    private bool Sleep(int milliseconds, bool isThread)
    {
        _ownWait.Announce();
        if (_other.Tail == _head && _other.Status == RingStatus.Running && !MustReturn(isThread))
        {
            // Nobody tells when there is room.
            _ownWait.Wait(_bell, _queue.Count > 0 ? RoomSleep : milliseconds);
        }

        _ownWait.Withdraw();
        PublishProcessor();
        return TryTakeAll();
    }

    private bool IsOtherOnThisProcessor()
    {
        PublishProcessor();
        return _otherWait.Processor == _processor;
    }

    // The other side's processor has the line in its cache as long as nothing changes.
    private void PublishProcessor()
    {
        int processor = LinuxCalls.CurrentProcessor();
        if (processor != _processor)
        {
            _processor = processor;
            _ownWait.Processor = processor;
        }
    }
}
