using Emulator.Memory;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>
/// Memory that a machine shares with one peer, apart from the guest's own: the rings that the peer sees, and copies of the guest's buffers. Pieces of it are handed out and taken back; what
/// they hold is written by the peer, and checked when it is used.
/// </summary>
internal sealed unsafe class SharedArea : IDisposable
{
    private const int UsualAlignment = 64;

    private readonly GuestRam _memory;
    private readonly int _alignment = UsualAlignment;

    // Free pieces in the order of their offsets, no two of them touching.
    private readonly List<(int Offset, int Length)> _free = [];

    /// <summary>Creates an area.</summary>
    /// <param name="address">The guest physical address that stands for its first byte.</param>
    /// <param name="length">Length in bytes; only what is used takes memory.</param>
    /// <exception cref="EmulatorException">The host has no memory.</exception>
    public SharedArea(ulong address, int length)
        : this(address, new GuestRam("shared-area", (ulong)length, RamMode.Shared))
    {
    }

    /// <summary>Takes memory that is shared already.</summary>
    /// <param name="address">The guest physical address that stands for its first byte.</param>
    /// <param name="memory">The memory; it is disposed with this.</param>
    public SharedArea(ulong address, GuestRam memory)
    {
        Address = address;
        _memory = memory;
        _free.Add((0, Length));
    }

    /// <summary>Takes memory that is shared already, to hold one queue: pieces are slots of its descriptors, as many as it takes.</summary>
    /// <param name="address">The guest physical address that stands for its first byte.</param>
    /// <param name="memory">The memory; it is disposed with this.</param>
    /// <param name="layout">What lies where.</param>
    public SharedArea(ulong address, GuestRam memory, in FatLayout layout)
        : this(address, memory)
    {
        Fat = layout;
        _alignment = (int)layout.SlotLength;
        _free[0] = (layout.Slots, layout.Size * _alignment);
    }

    /// <summary>What lies where when it holds one queue; null when it is for all.</summary>
    public FatLayout? Fat { get; }

    /// <summary>The guest physical address that stands for its first byte.</summary>
    public ulong Address { get; }

    /// <summary>Length in bytes.</summary>
    public int Length => (int)_memory.Length;

    /// <summary>Bytes that are not handed out.</summary>
    public int FreeBytes => _free.Sum(piece => piece.Length);

    /// <summary>The area as a region of a memory table.</summary>
    public VhostUserRegion Region => new(Address, _memory.Length, _memory.FileDescriptor, _memory);

    /// <summary>The first byte.</summary>
    public byte* Pointer => _memory.Pointer;

    /// <summary>Bytes of the area.</summary>
    public Span<byte> Bytes(int offset, int length) => new Span<byte>(Pointer, Length).Slice(offset, length);

    /// <summary>Hands out a piece.</summary>
    /// <param name="length">Its length, not negative.</param>
    /// <param name="offset">Where it is.</param>
    /// <returns>False when no free piece is so long.</returns>
    public bool TryAllocate(int length, out int offset)
    {
        int rounded = Round(length);
        for (int i = 0; i < _free.Count; i++)
        {
            (int start, int free) = _free[i];
            if (rounded <= free)
            {
                offset = start;
                if (rounded == free)
                {
                    _free.RemoveAt(i);
                }
                else
                {
                    _free[i] = (start + rounded, free - rounded);
                }

                return true;
            }
        }

        offset = 0;
        return false;
    }

    /// <summary>Takes a piece back.</summary>
    /// <param name="offset">Where it is.</param>
    /// <param name="length">The length with which it was asked for.</param>
    public void Free(int offset, int length)
    {
        int rounded = Round(length);
        int next = 0;
        while (next < _free.Count && _free[next].Offset < offset)
        {
            next++;
        }

        if (next > 0 && _free[next - 1].Offset + _free[next - 1].Length == offset)
        {
            next--;
            _free[next] = (_free[next].Offset, _free[next].Length + rounded);
        }
        else
        {
            _free.Insert(next, (offset, rounded));
        }

        if (next + 1 < _free.Count && _free[next].Offset + _free[next].Length == _free[next + 1].Offset)
        {
            _free[next] = (_free[next].Offset, _free[next].Length + _free[next + 1].Length);
            _free.RemoveAt(next + 1);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    // A piece of no length takes room too, so that each has a place of its own.
    private int Round(int length) => length == 0 ? _alignment : checked(length + _alignment - 1) / _alignment * _alignment;
}
