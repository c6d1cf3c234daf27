using System.Runtime.InteropServices;

namespace Emulator.VirtioProxy.VhostUser.Host;

// Names in the file system: what is there, and locks of folders.
internal static unsafe partial class LinuxCalls
{
    private const int OpenReadOnly = 0; // O_RDONLY
    private const int OpenCloseOnExec = 0x8_0000; // O_CLOEXEC
    private const int LockExclusive = 2; // LOCK_EX
    private const int LockWithoutWaiting = 4; // LOCK_NB
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint StatusType = 1; // STATX_TYPE
    private const int StatusLength = 256; // sizeof(struct statx)
    private const int ModeOffset = 28; // offsetof(struct statx, stx_mode)
    private const ushort TypeMask = 0xf000; // S_IFMT
    private const ushort SocketType = 0xc000; // S_IFSOCK

    /// <summary>Opens a folder, to lock it.</summary>
    /// <returns>A descriptor, or -1.</returns>
    public static int OpenFolder(string path) => Open(path, OpenReadOnly | OpenCloseOnExec);

    /// <summary>Locks an open file or folder; the lock ends with the descriptor.</summary>
    /// <returns>False when another one has it.</returns>
    public static bool TryLockFile(int descriptor) => FileLocking(descriptor, LockExclusive | LockWithoutWaiting) == 0;

    /// <summary>True when there is a socket at a path, and no link to one.</summary>
    public static bool IsSocket(string path)
    {
        byte* status = stackalloc byte[StatusLength];
        return Status(CurrentFolder, path, NoFollow, StatusType, status) == 0 && (*(ushort*)(status + ModeOffset) & TypeMask) == SocketType;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FileLocking(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, byte* status);
}
