namespace Emulator.Virtio.Devices.Share;

// Where the host is asked.
internal sealed partial class HostFolder
{
    /// <summary>Does something on the host.</summary>
    /// <returns>How it failed, in Linux's numbers.</returns>
    public static LinuxError Attempt(Action action)
    {
        try
        {
            action();
            return LinuxError.None;
        }
        catch (Exception e) when (ErrorOf(e) is not LinuxError.None)
        {
            return ErrorOf(e);
        }
    }

    /// <summary>The error number of an exception; none for one that is no failure of the host's files.</summary>
    public static LinuxError ErrorOf(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => LinuxError.NoEntry,
        PathTooLongException => LinuxError.NameTooLong,
        UnauthorizedAccessException => LinuxError.Access,

        // The run-time puts the host's error number there, which on Linux is the guest's.
        IOException { HResult: > 0 and < 134 } e => (LinuxError)e.HResult,
        IOException or NotSupportedException or ArgumentException => LinuxError.InputOutput,
        _ => LinuxError.None,
    };

    // All folders on the way must be folders: a link that was put in a folder's place after a client had found its way through leads nowhere.
    private LinuxError Locate(string path, out string full)
    {
        full = path.Length == 0 ? _root : $"{_root}/{path}";
        if (full.Length > MostPathCharacters)
        {
            return LinuxError.NameTooLong;
        }

        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            LinuxError error = StatusOf($"{_root}/{path.AsSpan(0, slash)}", followLink: false, out FileStatus status);
            if (error != LinuxError.None || !status.IsDirectory)
            {
                return error != LinuxError.None ? error : LinuxError.NoDirectory;
            }
        }

        return LinuxError.None;
    }

    private static LinuxError StatusOf(string full, bool followLink, out FileStatus status)
    {
        if (OperatingSystem.IsLinux())
        {
            return LinuxFileStatus.Get(full, followLink, out status);
        }

        FileStatus found = default;
        LinuxError error = Attempt(() =>
        {
            FileSystemInfo info = Directory.Exists(full) ? new DirectoryInfo(full) : new FileInfo(full);
            uint kind = info.LinkTarget is not null && !followLink ? FileStatus.LinkKind : info is DirectoryInfo ? FileStatus.DirectoryKind : FileStatus.RegularKind;
            uint mode = OperatingSystem.IsWindows() ? (info is DirectoryInfo ? 0x1edu : 0x1a4u) : (uint)info.UnixFileMode;
            found = new FileStatus(kind | mode, kind == FileStatus.RegularKind ? ((FileInfo)info).Length : 0, ToNanoseconds(info.LastWriteTimeUtc));
        });
        status = found;
        return error;
    }

    private static LinuxError RemoveAt(string full, bool isDirectory)
    {
        LinuxError error = LinuxError.None;
        LinuxError failed = Attempt(() =>
        {
            if (!isDirectory)
            {
                File.Delete(full);
            }
            else if (Directory.EnumerateFileSystemEntries(full).Any())
            {
                error = LinuxError.NotEmpty;
            }
            else
            {
                Directory.Delete(full);
            }
        });
        return failed == LinuxError.None ? error : failed;
    }

    private static void SetMode(string full, uint mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(full, (UnixFileMode)(mode & FileStatus.PermissionMask));
        }
    }

    private static long ToNanoseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks * NanosecondsPerTick;

    private LinuxError TouchParent(string path) => Locate(ParentOf(path), out string full) is var error && error != LinuxError.None ? error : Attempt(() => File.SetLastWriteTimeUtc(full, now()));
}
