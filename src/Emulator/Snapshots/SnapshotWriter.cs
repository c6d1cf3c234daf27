using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Emulator.Snapshots;

/// <summary>Writes component state, little-endian, in sections that carry a name and a version.</summary>
public sealed class SnapshotWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>The bytes written so far.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>Opens a section: what follows belongs to this component, in this version of its layout.</summary>
    /// <param name="name">The component's stable name.</param>
    /// <param name="version">Version of the layout, from 1.</param>
    public void Section(string name, int version)
    {
        Write(name);
        Write(version);
    }

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    public void Write(bool value) => Write(value ? (byte)1 : (byte)0);

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    public void Write(byte value) => _buffer.Write([value]);

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    public void Write(int value) => Write((uint)value);

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    public void Write(long value) => Write((ulong)value);

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    public void Write(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _buffer.Write(bytes);
    }

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    public void Write(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _buffer.Write(bytes);
    }

    /// <summary>Writes a string, as UTF-8 with its length.</summary>
    /// <param name="value">The string.</param>
    public void Write(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Write(Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Writes bytes with their count.</summary>
    /// <param name="bytes">The bytes.</param>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Write(bytes.Length);
        _buffer.Write(bytes);
    }

    /// <summary>Writes values with their count.</summary>
    /// <param name="values">The values.</param>
    public void Write(ReadOnlySpan<uint> values)
    {
        Write(values.Length);
        foreach (uint value in values)
        {
            Write(value);
        }
    }

    /// <summary>Writes values with their count.</summary>
    /// <param name="values">The values.</param>
    public void Write(ReadOnlySpan<ulong> values)
    {
        Write(values.Length);
        foreach (ulong value in values)
        {
            Write(value);
        }
    }
}
