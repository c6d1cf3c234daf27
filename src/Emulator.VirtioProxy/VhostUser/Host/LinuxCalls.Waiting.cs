using System.Runtime.InteropServices;

namespace Emulator.VirtioProxy.VhostUser.Host;

// Waiting for, and locking, what lies in a file that processes share.
internal static unsafe partial class LinuxCalls
{
    private const int OpenLockTest = 36; // F_OFD_GETLK
    private const int OpenLockSet = 37; // F_OFD_SETLK
    private const short WriteLock = 1; // F_WRLCK
    private const short NoLock = 2; // F_UNLCK
    private const int FutexWait = 0; // FUTEX_WAIT
    private const int FutexWake = 1; // FUTEX_WAKE
    private const long NanosecondsPerMillisecond = 1_000_000;

    private static nint FutexNumber => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 202 : 98;

    /// <summary>Sleeps while a word of shared memory has a value.</summary>
    /// <param name="word">The word.</param>
    /// <param name="value">The value.</param>
    /// <param name="milliseconds">How long at most.</param>
    public static void WaitWhile(uint* word, uint value, int milliseconds)
    {
        var time = new TimeSpec { Seconds = milliseconds / 1000, Nanoseconds = milliseconds % 1000 * NanosecondsPerMillisecond };
        _ = SystemCall(FutexNumber, word, FutexWait, (nint)value, &time, null, 0);
    }

    /// <summary>Wakes all that sleep by a word of shared memory.</summary>
    public static void WakeAll(uint* word) => _ = SystemCall(FutexNumber, word, FutexWake, int.MaxValue, null, null, 0);

    /// <summary>The processor on which the caller runs at this moment.</summary>
    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    [SuppressGCTransition]
    public static partial int CurrentProcessor();

    /// <summary>Locks a byte of a file; the lock is the open file's, and ends with it or with its process.</summary>
    /// <returns>False when another one has it.</returns>
    public static bool TryLock(int descriptor, long position)
    {
        var range = new FileLock { Type = WriteLock, Start = position, Length = 1 };
        return FileControl(descriptor, OpenLockSet, &range) == 0;
    }

    /// <summary>Unlocks a byte of a file.</summary>
    public static void Unlock(int descriptor, long position)
    {
        var range = new FileLock { Type = NoLock, Start = position, Length = 1 };
        _ = FileControl(descriptor, OpenLockSet, &range);
    }

    /// <summary>True when another open file has a byte locked.</summary>
    public static bool IsLocked(int descriptor, long position)
    {
        var range = new FileLock { Type = WriteLock, Start = position, Length = 1 };
        return FileControl(descriptor, OpenLockTest, &range) == 0 && range.Type != NoLock;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, uint* word, nint operation, nint value, TimeSpec* time, uint* other, nint last);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(int descriptor, int command, FileLock* range);

    /// <summary>struct timespec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct flock of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
