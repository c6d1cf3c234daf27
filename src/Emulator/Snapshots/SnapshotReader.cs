using System.Buffers.Binary;
using System.Text;

namespace Emulator.Snapshots;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote, and refuses anything else.</summary>
public sealed class SnapshotReader
{
    private readonly ReadOnlyMemory<byte> _data;
    private int _position;

    /// <summary>Creates a reader.</summary>
    /// <param name="data">The bytes of a snapshot; the caller keeps them unchanged while reading.</param>
    public SnapshotReader(ReadOnlyMemory<byte> data)
    {
        _data = data;
    }

    /// <summary>True when everything was read.</summary>
    public bool AtEnd => _position == _data.Length;

    /// <summary>Reads a section's head.</summary>
    /// <param name="name">The component that must come next.</param>
    /// <param name="newest">The newest version this code can read.</param>
    /// <returns>The version found, from 1 to <paramref name="newest"/>.</returns>
    /// <exception cref="SnapshotException">Another component or a newer version.</exception>
    public int Section(string name, int newest)
    {
        string found = ReadString();
        if (found != name)
        {
            throw new SnapshotException($"the snapshot has state of '{found}' where '{name}' is expected; load it into a machine of the same description");
        }

        int version = ReadInt32();
        return version >= 1 && version <= newest
            ? version
            : throw new SnapshotException($"state of '{name}' has version {version}, this library reads 1 to {newest}; use the version that wrote it");
    }

    /// <summary>Reads a value.</summary>
    public bool ReadBoolean() => ReadByte() != 0;

    /// <summary>Reads a value.</summary>
    public byte ReadByte() => Take(1)[0];

    /// <summary>Reads a value.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    /// <summary>Reads a value.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    /// <summary>Reads a value.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Reads a value.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>Reads a string.</summary>
    public string ReadString() => Encoding.UTF8.GetString(ReadBytes());

    /// <summary>Reads bytes of any count.</summary>
    /// <returns>A view of the snapshot's own bytes.</returns>
    public ReadOnlySpan<byte> ReadBytes() => Take(ReadInt32());

    /// <summary>Reads exactly as many bytes as the span holds.</summary>
    /// <param name="destination">Where to.</param>
    /// <exception cref="SnapshotException">The snapshot has another count.</exception>
    public void ReadBytes(Span<byte> destination)
    {
        CheckCount(destination.Length);
        Take(destination.Length).CopyTo(destination);
    }

    /// <summary>Reads exactly as many values as the span holds.</summary>
    /// <param name="destination">Where to.</param>
    /// <exception cref="SnapshotException">The snapshot has another count.</exception>
    public void ReadUInt32s(Span<uint> destination)
    {
        CheckCount(destination.Length);
        foreach (ref uint value in destination)
        {
            value = ReadUInt32();
        }
    }

    /// <summary>Reads exactly as many values as the span holds.</summary>
    /// <param name="destination">Where to.</param>
    /// <exception cref="SnapshotException">The snapshot has another count.</exception>
    public void ReadUInt64s(Span<ulong> destination)
    {
        CheckCount(destination.Length);
        foreach (ref ulong value in destination)
        {
            value = ReadUInt64();
        }
    }

    private void CheckCount(int expected)
    {
        int count = ReadInt32();
        if (count != expected)
        {
            throw new SnapshotException($"the snapshot has {count} elements where {expected} are expected; load it into a machine of the same description");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _data.Length - _position)
        {
            throw new SnapshotException("the snapshot is truncated; save it again");
        }

        ReadOnlySpan<byte> bytes = _data.Span.Slice(_position, count);
        _position += count;
        return bytes;
    }
}
