using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Emulator.Timing;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Records;

/// <summary>Reads a record from front to back: all of it, or what belongs to one device.</summary>
internal sealed class RecordReader : IDisposable
{
    private readonly string _path;
    private readonly ushort? _device;
    private readonly FileStream _file;
    private bool _isRead;
    private RecordEntry? _next;

    /// <summary>Opens a record.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">The device, or null for all.</param>
    /// <exception cref="EmulatorException">It cannot be read, or is none.</exception>
    public RecordReader(string path, ushort? device = null)
    {
        _path = path;
        _device = device;
        try
        {
            _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new EmulatorException($"the record '{path}' cannot be read: {e.Message}", e);
        }

        if (!TryRead(out RecordLayout.FileHeader header) || header.Magic != RecordLayout.Magic || header.Major != RecordLayout.Major)
        {
            _file.Dispose();
            throw new EmulatorException(header.Magic == RecordLayout.Magic
                ? $"'{path}' is a record of version {header.Major}; this program reads version {RecordLayout.Major}: record anew"
                : $"'{path}' is no record of a back end");
        }
    }

    /// <summary>The next entry, or null at the end. A last entry that is not whole counts for none: the recording was cut off.</summary>
    /// <exception cref="EmulatorException">It cannot be read.</exception>
    public RecordEntry? Next
    {
        get
        {
            if (!_isRead)
            {
                _isRead = true;
                _next = ReadEntry();
            }

            return _next;
        }
    }

    /// <summary>Takes the next entry.</summary>
    /// <exception cref="EmulatorException">There is none, or it cannot be read.</exception>
    public RecordEntry Take()
    {
        RecordEntry entry = Next ?? throw new EmulatorException($"the record '{_path}' ends where its device has yet to answer; it was cut off");
        _isRead = false;
        return entry;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private RecordEntry? ReadEntry()
    {
        try
        {
            while (TryRead(out RecordLayout.EntryHeader entry) && TryRead(out MessageHeader header))
            {
                int rest = header.Size - MessageHeader.Length;
                if (rest < 0 || entry.Time < 0)
                {
                    throw new EmulatorException($"the record '{_path}' is damaged at byte {_file.Position}");
                }

                if (_device is { } wanted && entry.Device != wanted)
                {
                    _ = _file.Seek(rest, SeekOrigin.Current);
                    continue;
                }

                byte[] message = new byte[header.Size];
                MemoryMarshal.Write(message, header);
                return _file.ReadAtLeast(message.AsSpan(MessageHeader.Length), rest, throwOnEndOfStream: false) == rest
                    ? new RecordEntry(new VirtualTime(entry.Time), entry.Device, entry.Kind, header, message)
                    : null;
            }

            return null;
        }
        catch (IOException e)
        {
            throw new EmulatorException($"the record '{_path}' cannot be read: {e.Message}", e);
        }
    }

    private bool TryRead<T>(out T value)
        where T : unmanaged
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<T>()];
        bool isThere = _file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;
        value = isThere ? MemoryMarshal.Read<T>(bytes) : default;
        return isThere;
    }
}
