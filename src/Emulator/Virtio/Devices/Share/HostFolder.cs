using Microsoft.Win32.SafeHandles;

namespace Emulator.Virtio.Devices.Share;

/// <summary>
/// A folder of the host, by paths that start in it: names with slashes between them, none for the folder itself. No path leads out of it, and no link in it is followed: each name on the way is
/// looked at anew, every time. Failures are error numbers, never exceptions. Times of what is changed here are the machine's, so that a run does not depend on the host's clock.
/// </summary>
/// <param name="root">The folder.</param>
/// <param name="now">The machine's date.</param>
internal sealed partial class HostFolder(string root, Func<DateTime> now)
{
    private const int MostPathCharacters = 4096;
    private const long NanosecondsPerTick = TimeSpan.NanosecondsPerTick;

    private readonly string _root = Path.GetFullPath(root);

    /// <summary>The machine's date, in nanoseconds since 1970.</summary>
    public long Now => ToNanoseconds(now());

    /// <summary>The path of a name in a folder.</summary>
    public static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    /// <summary>The path of the folder that something is in; the shared folder is in itself.</summary>
    public static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and int slash ? path[..slash] : "";

    /// <summary>Tells about a file, and of a link itself.</summary>
    public LinuxError GetStatus(string path, out FileStatus status)
    {
        LinuxError error = Locate(path, out string full);
        status = default;
        return error == LinuxError.None ? StatusOf(full, followLink: path.Length == 0, out status) : error;
    }

    /// <summary>Tells about an open file, which may have lost its name.</summary>
    public static LinuxError GetStatus(SafeFileHandle file, out FileStatus status)
    {
        if (OperatingSystem.IsLinux())
        {
            return LinuxFileStatus.Get(file, out status);
        }

        FileStatus found = default;
        LinuxError error = Attempt(() => found = new FileStatus(
            FileStatus.RegularKind | (OperatingSystem.IsWindows() ? 0x1a4u : (uint)File.GetUnixFileMode(file)), RandomAccess.GetLength(file), ToNanoseconds(File.GetLastWriteTimeUtc(file))));
        status = found;
        return error;
    }

    /// <summary>Opens a file, which must be a plain one.</summary>
    public LinuxError Open(string path, FileAccess access, out SafeFileHandle? file)
    {
        file = null;
        LinuxError error = Locate(path, out string full);
        if (error != LinuxError.None || (error = StatusOf(full, followLink: false, out FileStatus status)) != LinuxError.None)
        {
            return error;
        }

        if (!status.IsRegular)
        {
            return status.IsDirectory ? LinuxError.IsDirectory : LinuxError.NoDevice;
        }

        SafeFileHandle? opened = null;
        error = Attempt(() => opened = File.OpenHandle(full, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete));
        file = opened;
        return error;
    }

    /// <summary>Makes a plain file.</summary>
    public LinuxError Create(string path, uint mode, FileAccess access, out SafeFileHandle? file)
    {
        file = null;
        LinuxError error = Locate(path, out string full);
        if (error != LinuxError.None)
        {
            return error;
        }

        SafeFileHandle? opened = null;
        error = Attempt(() =>
        {
            // Made anew, so that nothing that is there is followed or opened.
            opened = File.OpenHandle(full, FileMode.CreateNew, access == FileAccess.Read ? FileAccess.ReadWrite : access, FileShare.ReadWrite | FileShare.Delete);
            SetMode(full, mode);
            File.SetLastWriteTimeUtc(opened, now());
        });
        file = opened;
        return error == LinuxError.None ? TouchParent(path) : error;
    }

    /// <summary>Makes a folder.</summary>
    public LinuxError MakeDirectory(string path, uint mode)
    {
        LinuxError error = Locate(path, out string full);
        if (error != LinuxError.None)
        {
            return error;
        }

        if (StatusOf(full, followLink: false, out _) == LinuxError.None)
        {
            return LinuxError.Exists;
        }

        error = Attempt(() =>
        {
            _ = Directory.CreateDirectory(full);
            SetMode(full, mode);
            File.SetLastWriteTimeUtc(full, now());
        });
        return error == LinuxError.None ? TouchParent(path) : error;
    }

    /// <summary>Takes a file or an empty folder away.</summary>
    public LinuxError Remove(string path, bool isDirectory)
    {
        LinuxError error = Locate(path, out string full);
        if (error != LinuxError.None || (error = StatusOf(full, followLink: false, out FileStatus status)) != LinuxError.None)
        {
            return error;
        }

        if (status.IsDirectory != isDirectory)
        {
            return isDirectory ? LinuxError.NoDirectory : LinuxError.IsDirectory;
        }

        error = RemoveAt(full, isDirectory);
        return error == LinuxError.None ? TouchParent(path) : error;
    }

    /// <summary>Gives something another name; what has that name goes, as with Linux.</summary>
    public LinuxError Rename(string from, string to)
    {
        LinuxError error = Locate(from, out string source);
        string target = "";
        FileStatus status = default;
        if (error != LinuxError.None
            || (error = Locate(to, out target)) != LinuxError.None
            || (error = StatusOf(source, followLink: false, out status)) != LinuxError.None)
        {
            return error;
        }

        if (from == to)
        {
            return LinuxError.None;
        }

        if (to.StartsWith(from + '/', StringComparison.Ordinal))
        {
            return LinuxError.Invalid;
        }

        if (StatusOf(target, followLink: false, out FileStatus replaced) == LinuxError.None)
        {
            error = status.IsDirectory == replaced.IsDirectory
                ? status.IsDirectory ? RemoveAt(target, isDirectory: true) : LinuxError.None
                : replaced.IsDirectory ? LinuxError.IsDirectory : LinuxError.NoDirectory;
            if (error != LinuxError.None)
            {
                return error;
            }
        }

        error = Attempt(() =>
        {
            if (status.IsDirectory)
            {
                Directory.Move(source, target);
            }
            else
            {
                File.Move(source, target, overwrite: true);
            }
        });
        if (error == LinuxError.None)
        {
            _ = TouchParent(from);
            error = TouchParent(to);
        }

        return error;
    }

    /// <summary>Tells where a link points to. The host never goes there.</summary>
    public LinuxError ReadLink(string path, out string target)
    {
        target = "";
        LinuxError error = Locate(path, out string full);
        if (error != LinuxError.None || (error = StatusOf(full, followLink: false, out FileStatus status)) != LinuxError.None)
        {
            return error;
        }

        if (!status.IsLink)
        {
            return LinuxError.Invalid;
        }

        string? found = null;
        error = Attempt(() => found = new FileInfo(full).LinkTarget);
        target = found ?? "";
        return error;
    }

    /// <summary>Sets permissions.</summary>
    public LinuxError SetMode(string path, uint mode, in FileStatus status)
    {
        // Setting those of a link would set those of what it points to.
        LinuxError error = Locate(path, out string full);
        return error != LinuxError.None ? error : status.IsLink ? LinuxError.NotSupported : Attempt(() => SetMode(full, mode));
    }

    /// <summary>Sets when something was last changed.</summary>
    public LinuxError SetModified(string path, long nanoseconds, in FileStatus status)
    {
        LinuxError error = Locate(path, out string full);
        DateTime time = DateTime.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick);
        return error != LinuxError.None ? error : status.IsLink ? LinuxError.NotSupported : Attempt(() => File.SetLastWriteTimeUtc(full, time));
    }

    /// <summary>Something in the file has changed now.</summary>
    public void Touch(SafeFileHandle file) => File.SetLastWriteTimeUtc(file, now());

    /// <summary>Lists a folder, in an order that is the same on every host.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="most">Names that are allowed.</param>
    /// <param name="entries">Names and kinds.</param>
    public LinuxError List(string path, int most, out List<DirectoryEntry> entries)
    {
        var found = new List<DirectoryEntry>();
        entries = found;
        LinuxError error = Locate(path, out string full);
        if (error != LinuxError.None)
        {
            return error;
        }

        error = Attempt(() =>
        {
            foreach (string entry in Directory.EnumerateFileSystemEntries(full))
            {
                if (StatusOf(entry, followLink: false, out FileStatus status) == LinuxError.None)
                {
                    found.Add(new DirectoryEntry(Path.GetFileName(entry), status.EntryType));
                }

                if (found.Count > most)
                {
                    throw new IOException("there are too many names", (int)LinuxError.NoMemory);
                }
            }
        });
        found.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return error;
    }
}
