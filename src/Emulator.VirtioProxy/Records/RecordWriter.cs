using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Emulator.Timing;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Records;

/// <summary>Writes the record of a machine's connection, for all devices that it has. On the machine's thread.</summary>
internal sealed class RecordWriter : IDisposable
{
    private static readonly int s_headerLength = Unsafe.SizeOf<RecordLayout.EntryHeader>();

    private readonly string _path;
    private readonly FileStream _file;
    private readonly byte[] _entry = new byte[s_headerLength + Message.Longest];
    private int _users;

    /// <summary>Begins a file.</summary>
    /// <param name="path">Where; what is there is replaced.</param>
    /// <exception cref="EmulatorException">It cannot be written.</exception>
    public RecordWriter(string path)
    {
        _path = path;
        try
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16);
            var header = new RecordLayout.FileHeader(RecordLayout.Magic, RecordLayout.Major, Minor: 0, Reserved: 0);
            _file.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<RecordLayout.FileHeader>(in header)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            _file?.Dispose();
            throw CannotWrite(e);
        }
    }

    /// <summary>Why the record is not whole, or null.</summary>
    public EmulatorException? Failure { get; private set; }

    /// <summary>A device begins to write.</summary>
    public void Add() => _users++;

    /// <summary>A device has ended; the last one ends the file.</summary>
    public void Release()
    {
        if (--_users == 0)
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException e)
        {
            Failure ??= CannotWrite(e);
        }
    }

    /// <summary>Writes an entry.</summary>
    public void Write<T>(VirtualTime time, ushort device, RecordKind kind, MessageKind type, byte id, ushort token, in T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged => Write(time, device, kind, Message.Write(_entry.AsSpan(s_headerLength), type, id, device, token, payload, tail));

    /// <summary>Writes an entry with a message that was made before.</summary>
    public void Write(VirtualTime time, ushort device, RecordKind kind, ReadOnlySpan<byte> message)
    {
        message.CopyTo(_entry.AsSpan(s_headerLength));
        Write(time, device, kind, message.Length);
    }

    private void Write(VirtualTime time, ushort device, RecordKind kind, int length)
    {
        // What cannot be written any more is told at the next instruction boundary: no device throws while a guest reaches it.
        if (Failure is not null)
        {
            return;
        }

        MemoryMarshal.Write(_entry, new RecordLayout.EntryHeader(time.Nanoseconds, device, kind));
        try
        {
            _file.Write(_entry, 0, s_headerLength + length);
        }
        catch (IOException e)
        {
            Failure = CannotWrite(e);
        }
    }

    private EmulatorException CannotWrite(Exception e) => new($"the record '{_path}' cannot be written: {e.Message}", e);
}
