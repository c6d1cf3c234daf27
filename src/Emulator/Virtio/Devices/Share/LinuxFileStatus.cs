using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Emulator.Virtio.Devices.Share;

/// <summary>What Linux knows of a file: the run-time tells neither pipes nor devices from files.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class LinuxFileStatus
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicStatus = 0x7ff; // STATX_BASIC_STATS
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Asks about a path.</summary>
    /// <returns>The error, or none.</returns>
    public static LinuxError Get(string path, bool followLink, out FileStatus status)
    {
        bool found = StatX(CurrentDirectory, path, followLink ? 0 : NoFollow, BasicStatus, out Buffer buffer) == 0;
        status = found ? buffer.ToStatus() : default;
        return found ? LinuxError.None : (LinuxError)Marshal.GetLastPInvokeError();
    }

    /// <summary>Asks about an open file.</summary>
    /// <returns>The error, or none.</returns>
    public static LinuxError Get(SafeFileHandle file, out FileStatus status)
    {
        bool found = StatX(file, "", EmptyPath, BasicStatus, out Buffer buffer) == 0;
        status = found ? buffer.ToStatus() : default;
        return found ? LinuxError.None : (LinuxError)Marshal.GetLastPInvokeError();
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, out Buffer buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(SafeFileHandle directory, string path, int flags, uint mask, out Buffer buffer);

    // struct statx; the same on all architectures.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Buffer
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public long Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        public readonly FileStatus ToStatus() => new(Mode, Size, unchecked((ModifiedSeconds * NanosecondsPerSecond) + ModifiedNanoseconds));
    }
}
