using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Emulator.Memory;

/// <summary>What of the host's files .NET has no call for that could be trusted.</summary>
internal static partial class HostFiles
{
    private const int Interrupted = 4; // EINTR
    private const int Invalid = 22; // EINVAL
    private const int ReadOnlyFileSystem = 30; // EROFS

    /// <summary>Makes what was written to a file outlive the process and the host. .NET's own <see cref="RandomAccess.FlushToDisk"/> says nothing of errors on Linux.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="IOException">The host could not write all of it, and may have forgotten what.</exception>
    public static void Flush(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (FSync(file) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error is Invalid or ReadOnlyFileSystem)
            {
                return; // a file that keeps nothing, as /dev/full
            }

            if (error != Interrupted)
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);
}
