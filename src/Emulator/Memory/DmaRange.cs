namespace Emulator.Memory;

/// <summary>
/// A part of guest memory that a device has looked up once, by <see cref="DmaView.TryMap"/>, and can then reach without copying. It is for use at once, or for as
/// long as the machine's memory stays mapped as it is.
/// </summary>
internal readonly unsafe struct DmaRange
{
    private readonly GuestRam? _memory;
    private readonly ulong _offset;

    public DmaRange(GuestRam memory, ulong offset, int length)
    {
        _memory = memory;
        _offset = offset;
        Length = length;
    }

    /// <summary>Length in bytes.</summary>
    public int Length { get; }

    /// <summary>The memory that it is a part of; null for the empty range.</summary>
    public GuestRam? Memory => _memory;

    /// <summary>Where in that memory it begins.</summary>
    public ulong Offset => _offset;

    /// <summary>What is there.</summary>
    public ReadOnlySpan<byte> Bytes => _memory is null ? default : new(_memory.Pointer + _offset, Length);

    /// <summary>The same, to be written to; the writer must say so with <see cref="MarkWritten"/> afterwards. Only for a range that was mapped for writing.</summary>
    public Span<byte> Writable => _memory is null ? default : new(_memory.Pointer + _offset, Length);

    /// <summary>Tells that bytes were written: marks pages dirty and code stale.</summary>
    /// <param name="start">The first of them.</param>
    /// <param name="count">How many; all of them must lie inside.</param>
    public void MarkWritten(int start, int count)
    {
        if (count > 0)
        {
            _memory!.MarkWrittenFromOutside(_offset + (ulong)start, count);
        }
    }

    /// <summary>Writes bytes and tells so.</summary>
    /// <param name="start">Where; all of them must lie inside.</param>
    /// <param name="source">The bytes.</param>
    public void Write(int start, ReadOnlySpan<byte> source)
    {
        source.CopyTo(Writable[start..]);
        MarkWritten(start, source.Length);
    }

    /// <summary>Clears it and gives its memory back to the host until it is written again. Only for whole pages.</summary>
    public void GiveBack() => _memory?.GiveBack(_offset, Length);

    /// <summary>A part of it.</summary>
    /// <param name="start">Its first byte.</param>
    /// <param name="length">Its length; all of it must lie inside.</param>
    public DmaRange Slice(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(Length - start));
        return _memory is null ? default : new DmaRange(_memory, _offset + (ulong)start, length);
    }
}
