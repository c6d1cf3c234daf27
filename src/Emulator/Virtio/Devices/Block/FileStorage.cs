using Emulator.Memory;
using Emulator.Snapshots;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Emulator.Virtio.Devices.Block;

/// <summary>
/// A disk in a raw file. What the host cannot do is an I/O error to the guest and one warning. The file is no part of a snapshot of the machine: use a copy-on-write disk
/// (<see cref="MemoryStorage"/>) where a machine is forked or taken back.
/// </summary>
internal sealed partial class FileStorage : IBlockStorage
{
    private static readonly byte[] s_zeros = new byte[64 << 10];

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly ILogger? _logger;
    private readonly Action<SafeFileHandle> _flush;
    private bool _hasLostWrites;
    private bool _hasWarned;

    private FileStorage(string path, SafeFileHandle file, long length, bool isReadOnly, ILogger? logger, Action<SafeFileHandle> flush)
    {
        _path = path;
        _file = file;
        Length = length;
        IsReadOnly = isReadOnly;
        _logger = logger;
        _flush = flush;
    }

    /// <inheritdoc/>
    public long Length { get; private set; }

    /// <inheritdoc/>
    public bool IsReadOnly { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file, which must exist. A last part of a sector is not seen.</param>
    /// <param name="isReadOnly">True to write nothing.</param>
    /// <param name="logger">Where the host's errors are told of.</param>
    /// <param name="flush">What is done instead of the host's own flush, for tests of its errors.</param>
    /// <exception cref="EmulatorException">It cannot be opened.</exception>
    public static FileStorage Open(string path, bool isReadOnly, ILogger? logger = null, Action<SafeFileHandle>? flush = null)
    {
        try
        {
            SafeFileHandle file = File.OpenHandle(
                path, FileMode.Open, isReadOnly ? FileAccess.Read : FileAccess.ReadWrite, isReadOnly ? FileShare.ReadWrite : FileShare.None);
            long length = RandomAccess.GetLength(file);
            return new FileStorage(path, file, length - (length % VirtioBlock.SectorSize), isReadOnly, logger, flush ?? HostFiles.Flush);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            string hint = isReadOnly ? "give a raw image that can be read" : "give a raw image that can be written, or say readonly or snapshot";
            throw new EmulatorException($"the disk '{path}' cannot be opened: {e.Message}; {hint}", e);
        }
    }

    /// <inheritdoc/>
    public bool TryResize(long length)
    {
        if (IsReadOnly)
        {
            return false;
        }

        try
        {
            RandomAccess.SetLength(_file, length);
            Length = length;
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int count = RandomAccess.Read(_file, destination, offset);
                if (count == 0)
                {
                    return Warn("it has become shorter");
                }

                destination = destination[count..];
                offset += count;
            }

            return true;
        }
        catch (IOException e)
        {
            return Warn(e.Message);
        }
    }

    /// <inheritdoc/>
    public bool TryWrite(long offset, ReadOnlySpan<byte> source)
    {
        try
        {
            RandomAccess.Write(_file, source, offset);
            return true;
        }
        catch (IOException e)
        {
            return Warn(e.Message);
        }
    }

    /// <inheritdoc/>
    public bool TryWriteZeros(long offset, long length)
    {
        while (length > 0)
        {
            int count = (int)Math.Min(length, s_zeros.Length);
            if (!TryWrite(offset, s_zeros.AsSpan(0, count)))
            {
                return false;
            }

            offset += count;
            length -= count;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryDiscard(long offset, long length) => true; // a hint that .NET has no call for

    /// <inheritdoc/>
    public bool TryFlush()
    {
        try
        {
            // Linux forgets what it could not write: after an error another fsync may succeed, and says nothing about what was written before.
            _flush(_file);
            return !_hasLostWrites;
        }
        catch (IOException e)
        {
            _hasLostWrites = true;
            return Warn(e.Message);
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        // The file keeps itself.
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        // The file keeps itself.
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool Warn(string problem)
    {
        if (!_hasWarned && _logger is not null)
        {
            LogProblem(_logger, _path, problem);
        }

        _hasWarned = true;
        return false;
    }

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "disk '{Path}': {Problem}; the guest gets an I/O error")]
    private static partial void LogProblem(ILogger logger, string path, string problem);
}
