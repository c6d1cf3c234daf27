using Microsoft.Win32.SafeHandles;

namespace Emulator.Memory;

/// <summary>
/// The file that keeps a flash bank over the end of the process: created erased if missing, changed blocks written back in place.
/// A crash while writing back leaves each block old, new or partly written, as a power failure does to a real part.
/// </summary>
public sealed class FlashFile : IDisposable
{
    private const int ChunkLength = 1024 * 1024;

    private readonly SafeFileHandle _handle;

    private FlashFile(string path, ulong length, SafeFileHandle handle)
    {
        Path = path;
        Length = length;
        _handle = handle;
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>Length of the file and its bank in bytes.</summary>
    public ulong Length { get; }

    /// <summary>
    /// Opens a file for one bank, and keeps others from it until disposed. A missing file is created, a shorter one extended, in the erased state.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="length">Length of the bank in bytes.</param>
    /// <exception cref="FlashException">The file is larger than the bank, a directory, in use, or cannot be read and written.</exception>
    public static FlashFile Open(string path, ulong length)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new FlashException($"flash file '{full}' is a directory; give the path of a file");
        }

        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(full, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            ulong found = (ulong)RandomAccess.GetLength(handle);
            if (found > length)
            {
                throw new FlashException($"flash file '{full}' has {found} bytes, the bank only {length}; give a file of at most {length} bytes");
            }

            ExtendErased(handle, found, length);
            var file = new FlashFile(full, length, handle);
            handle = null;
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new FlashException($"flash file '{full}' cannot be opened for reading and writing ({e.Message}); is its folder there, and does no other machine use it?", e);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Reads a part of the file.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="destination">Where to; all of it lies inside the file.</param>
    /// <exception cref="FlashException">The host could not read it.</exception>
    internal void Read(ulong offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int count = RandomAccess.Read(_handle, destination, (long)offset);
                if (count == 0)
                {
                    throw new FlashException($"flash file '{Path}' became shorter while it was read; let no other program change it");
                }

                offset += (ulong)count;
                destination = destination[count..];
            }
        }
        catch (IOException e)
        {
            throw new FlashException($"flash file '{Path}' cannot be read ({e.Message})", e);
        }
    }

    /// <summary>Writes a part of the file.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="source">What to write; all of it lies inside the file.</param>
    /// <exception cref="FlashException">The host could not write it.</exception>
    internal void Write(ulong offset, ReadOnlySpan<byte> source)
    {
        try
        {
            RandomAccess.Write(_handle, source, (long)offset);
        }
        catch (IOException e)
        {
            throw new FlashException($"flash file '{Path}' cannot be written ({e.Message}); is the disk full?", e);
        }
    }

    /// <summary>Waits until the host's disk has what was written.</summary>
    /// <exception cref="FlashException">The host could not write it.</exception>
    internal void FlushToDisk()
    {
        try
        {
            HostFiles.Flush(_handle);
        }
        catch (IOException e)
        {
            throw new FlashException($"flash file '{Path}' cannot be written ({e.Message}); is the disk full?", e);
        }
    }

    private static void ExtendErased(SafeFileHandle handle, ulong from, ulong to)
    {
        if (from == to)
        {
            return;
        }

        var erased = new byte[ChunkLength];
        erased.AsSpan().Fill(0xff);
        while (from < to)
        {
            int count = (int)Math.Min(to - from, ChunkLength);
            RandomAccess.Write(handle, erased.AsSpan(0, count), (long)from);
            from += (ulong)count;
        }
    }
}
