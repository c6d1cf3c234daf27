using System.Runtime.InteropServices;

namespace Emulator.VirtioProxy.VhostUser.Host;

// Descriptors that come from others: what they are.
internal static unsafe partial class LinuxCalls
{
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    private const int GetSeals = 1034; // F_GET_SEALS
    private const int SealShrink = 2; // F_SEAL_SHRINK
    private const int SeekEnd = 2; // SEEK_END

    /// <summary>Another descriptor of the same file, or -1.</summary>
    public static int Duplicate(int descriptor) => FControl(descriptor, DuplicateCloseOnExec, 0);

    /// <summary>Closes what may be none.</summary>
    public static void CloseIfAny(int descriptor)
    {
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>True when nobody can make a file shorter: a mapping of it then never ends in a signal.</summary>
    public static bool IsSealed(int descriptor) => FControl(descriptor, GetSeals, 0) is >= 0 and int seals && (seals & SealShrink) != 0;

    /// <summary>A file's length in bytes, or -1.</summary>
    public static long LengthOf(int descriptor) => Seek(descriptor, 0, SeekEnd);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(int descriptor, long offset, int whence);
}
