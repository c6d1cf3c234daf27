using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>
/// The driver's side of a split ring (virtio 1.3, section 2.7) in a shared area: what a peer sees of a queue. The peer writes the used ring at any time, so each of its fields is read once, and checked.
/// </summary>
internal sealed unsafe class ShadowRing
{
    private const ushort NoHead = ushort.MaxValue;

    private readonly byte* _table;
    private readonly byte* _available;
    private readonly byte* _used;
    private readonly ushort[] _next;
    private readonly bool[] _isHead;
    private readonly bool _isFat;
    private ushort _firstFree;
    private ushort _availableIndex;
    private ushort _usedIndex;

    /// <summary>Lays an empty ring out.</summary>
    /// <param name="area">Where; the ring is there until the area ends.</param>
    /// <param name="size">Number of entries, a power of two; a fat area's own size.</param>
    /// <exception cref="InvalidOperationException">The area has no room for it.</exception>
    public ShadowRing(SharedArea area, int size)
    {
        _isFat = area.Fat is not null;
        int table = _isFat ? Clear(area, 0, TableLength(size)) : Allocate(area, TableLength(size));
        int available = area.Fat is { } fat ? Clear(area, fat.Available, AvailableLength(size)) : Allocate(area, AvailableLength(size));
        int used = area.Fat is { } layout ? Clear(area, layout.Used, UsedLength(size)) : Allocate(area, UsedLength(size));
        Size = size;
        Settings = new VirtqueueSettings(size, area.Address + (ulong)table, area.Address + (ulong)available, area.Address + (ulong)used);
        _table = area.Pointer + table;
        _available = area.Pointer + available;
        _used = area.Pointer + used;
        _next = new ushort[size];
        _isHead = new bool[size];
        for (int i = 0; i < size; i++)
        {
            _next[i] = i == size - 1 ? NoHead : (ushort)(i + 1);
        }

        FreeEntries = size;
    }

    /// <summary>Number of entries.</summary>
    public int Size { get; }

    /// <summary>Where the ring is.</summary>
    public VirtqueueSettings Settings { get; }

    /// <summary>How many chains were taken back from the peer, as a ring's indices count: where it goes on.</summary>
    public ushort UsedIndex => _usedIndex;

    /// <summary>Entries of the table that are free.</summary>
    public int FreeEntries { get; private set; }

    /// <summary>Makes a chain available.</summary>
    /// <param name="segments">Its buffers, not empty and no more than are free.</param>
    /// <param name="slot">In a fat area the slot of the first of them, and so its entry; the others follow.</param>
    /// <returns>Its head.</returns>
    public ushort Add(ReadOnlySpan<RingSegment> segments, int slot)
    {
        ushort head = _isFat ? (ushort)slot : _firstFree;
        _firstFree = head;
        ushort index = head;
        for (int i = 0; i < segments.Length; i++)
        {
            bool isLast = i == segments.Length - 1;
            index = _firstFree;
            _firstFree = _next[index];
            DescriptorFlags flags = (isLast ? 0 : DescriptorFlags.Next) | (segments[i].IsWritable ? DescriptorFlags.Write : 0);
            var entry = new Span<byte>(_table + (Descriptor.Size * index), Descriptor.Size);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, segments[i].Address);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], (uint)segments[i].Length);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[12..], (ushort)flags);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[14..], isLast ? (ushort)0 : _firstFree);
        }

        FreeEntries -= segments.Length;
        _isHead[head] = true;
        *(ushort*)(_available + 4 + (2 * (_availableIndex & (Size - 1)))) = head;
        _availableIndex++;
        Volatile.Write(ref *(ushort*)(_available + 2), _availableIndex);
        return head;
    }

    /// <summary>Takes the next chain that the peer is done with.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="written">Bytes that the peer says it has written.</param>
    /// <param name="isBroken">True when the peer has written what cannot be.</param>
    /// <returns>False when there is none.</returns>
    public bool TryTake(out ushort head, out uint written, out bool isBroken)
    {
        ushort index = Volatile.Read(ref *(ushort*)(_used + 2));
        head = 0;
        written = 0;
        isBroken = (ushort)(index - _usedIndex) > Size;
        if (index == _usedIndex || isBroken)
        {
            return false;
        }

        uint* entry = (uint*)(_used + 4 + (8 * (_usedIndex & (Size - 1))));
        uint id = entry[0];
        written = entry[1];
        isBroken = id >= (uint)Size || !_isHead[id];
        if (isBroken)
        {
            return false;
        }

        head = (ushort)id;
        _usedIndex++;
        return true;
    }

    /// <summary>Takes the entries of a chain back.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="count">How many entries it has.</param>
    public void Release(ushort head, int count)
    {
        _isHead[head] = false;
        FreeEntries += count;
        if (_isFat)
        {
            // The area knows which slots are free.
            return;
        }

        ushort last = head;
        for (int i = 1; i < count; i++)
        {
            last = _next[last];
        }

        _next[last] = _firstFree;
        _firstFree = head;
    }

    /// <summary>Gives the ring's memory back.</summary>
    /// <param name="area">Where it is.</param>
    public void Free(SharedArea area)
    {
        if (_isFat)
        {
            return;
        }

        area.Free((int)(Settings.DescriptorArea - area.Address), TableLength(Size));
        area.Free((int)(Settings.DriverArea - area.Address), AvailableLength(Size));
        area.Free((int)(Settings.DeviceArea - area.Address), UsedLength(Size));
    }

    private static int TableLength(int size) => Descriptor.Size * size;

    private static int AvailableLength(int size) => 6 + (2 * size);

    private static int UsedLength(int size) => 6 + (8 * size);

    private static int Allocate(SharedArea area, int length)
    {
        if (!area.TryAllocate(length, out int offset))
        {
            throw new InvalidOperationException("the shared area has no room for a ring");
        }

        return Clear(area, offset, length);
    }

    private static int Clear(SharedArea area, int offset, int length)
    {
        area.Bytes(offset, length).Clear();
        return offset;
    }
}
