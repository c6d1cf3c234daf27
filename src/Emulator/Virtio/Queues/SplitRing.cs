using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Virtio.Queues;

/// <summary>A split ring: a descriptor table, a ring of what is available, a ring of what was used (virtio 1.3, section 2.7).</summary>
internal class SplitRing : MemoryRing
{
    private const ushort NoInterrupt = 1; // VIRTQ_AVAIL_F_NO_INTERRUPT

    private const int IndexOffset = 2;
    private const int RingOffset = 4;
    private const int UsedEntryLength = 8;

    private DmaRange _descriptors;
    private DmaRange _available;
    private DmaRange _used;
    private ushort _nextAvailable;
    private ushort _usedIndex;
    private ushort _usedIndexTold;

    /// <inheritdoc cref="VirtqueueRing(DmaView, in VirtqueueSettings, ulong)"/>
    public SplitRing(DmaView memory, in VirtqueueSettings settings, ulong features)
        : base(memory, settings, features)
    {
    }

    /// <summary>Where buffers have to lie, or null for anywhere in memory.</summary>
    public DescriptorSlots? Slots { get; init; }

    /// <inheritdoc/>
    public override bool HasUntold => _usedIndexTold != _usedIndex;

    /// <inheritdoc/>
    public override uint Position => _nextAvailable;

    /// <inheritdoc/>
    public override bool HasAvailable => AvailableIndex != _nextAvailable;

    /// <summary>How many chains the driver has been told of, as the ring says it.</summary>
    protected ushort UsedIndex => BinaryPrimitives.ReadUInt16LittleEndian(_used.Bytes[IndexOffset..]);

    private ushort AvailableIndex => BinaryPrimitives.ReadUInt16LittleEndian(_available.Bytes[IndexOffset..]);

    // The word behind the available ring: used_event.
    private int UsedEventOffset => RingOffset + (2 * Size);

    // The word behind the used ring: avail_event.
    private int AvailableEventOffset => RingOffset + (UsedEntryLength * Size);

    /// <inheritdoc/>
    public override VirtqueueFault TryMap()
    {
        if (!int.IsPow2(Size))
        {
            return VirtqueueFault.QueueSize;
        }

        int eventLength = HasEventIndex ? 2 : 0;
        bool mapped = Memory.TryMap(Settings.DescriptorArea, Size * Descriptor.Size, forWriting: true, out _descriptors)
            && Memory.TryMap(Settings.DriverArea, UsedEventOffset + eventLength, forWriting: true, out _available)
            && Memory.TryMap(Settings.DeviceArea, AvailableEventOffset + eventLength, forWriting: true, out _used);
        if (!mapped || Start > ushort.MaxValue)
        {
            return VirtqueueFault.RingAddress;
        }

        if (Start is { } start)
        {
            // The driver counts on where the used ring stands, also when another device has used it before.
            _nextAvailable = (ushort)start;
            _usedIndex = _usedIndexTold = UsedIndex;
        }

        return VirtqueueFault.None;
    }

    /// <inheritdoc/>
    public override bool TryPop(DescriptorChain chain, out VirtqueueFault fault)
    {
        ReadOnlySpan<byte> available = _available.Bytes;
        ushort waiting = (ushort)(AvailableIndex - _nextAvailable);
        if (waiting == 0 || waiting > Size)
        {
            fault = waiting == 0 ? VirtqueueFault.None : VirtqueueFault.AvailableIndex;
            return false;
        }

        Volatile.ReadBarrier();
        ushort head = BinaryPrimitives.ReadUInt16LittleEndian(available[(RingOffset + (2 * (_nextAvailable & (Size - 1))))..]);
        if (!TryTake(head, chain, out fault))
        {
            return false;
        }

        _nextAvailable++;
        return true;
    }

    /// <inheritdoc/>
    public override void Push(in UsedElement element)
    {
        int offset = RingOffset + (UsedEntryLength * (_usedIndex & (Size - 1)));
        Span<byte> used = _used.Writable;
        BinaryPrimitives.WriteUInt32LittleEndian(used[offset..], element.Id);
        BinaryPrimitives.WriteUInt32LittleEndian(used[(offset + 4)..], element.Written);
        _used.MarkWritten(offset, UsedEntryLength);
        _usedIndex++;
        Volatile.WriteBarrier();
        BinaryPrimitives.WriteUInt16LittleEndian(used[IndexOffset..], _usedIndex);
        _used.MarkWritten(IndexOffset, 2);
    }

    /// <inheritdoc/>
    public override bool WantsInterrupt()
    {
        ushort told = _usedIndexTold;
        _usedIndexTold = _usedIndex;
        if (told == _usedIndex)
        {
            return false;
        }

        Fence();
        ReadOnlySpan<byte> available = _available.Bytes;
        return HasEventIndex
            ? HasPassed(BinaryPrimitives.ReadUInt16LittleEndian(available[UsedEventOffset..]), _usedIndex, told)
            : (BinaryPrimitives.ReadUInt16LittleEndian(available) & NoInterrupt) == 0;
    }

    /// <inheritdoc/>
    public override uint Mark => _nextAvailable;

    /// <inheritdoc/>
    public override void Rewind(uint mark) => _nextAvailable = (ushort)mark;

    /// <inheritdoc/>
    public override void RequestNotification()
    {
        // Without the feature the flags of the used ring say so, and this device never sets them.
        if (HasEventIndex)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_used.Writable[AvailableEventOffset..], _nextAvailable);
            _used.MarkWritten(AvailableEventOffset, 2);
        }

        Fence();
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        writer.Write((uint)_nextAvailable);
        writer.Write((uint)_usedIndex);
        writer.Write((uint)_usedIndexTold);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        _nextAvailable = (ushort)reader.ReadUInt32();
        _usedIndex = (ushort)reader.ReadUInt32();
        _usedIndexTold = (ushort)reader.ReadUInt32();
    }

    /// <summary>Goes on at another entry of the available ring.</summary>
    protected void GoTo(ushort position) => _nextAvailable = position;

    /// <summary>Takes the chain that begins at an entry of the table.</summary>
    /// <returns>False when that is none.</returns>
    protected bool TryTake(ushort head, DescriptorChain chain, out VirtqueueFault fault)
    {
        chain.Clear();
        fault = Walk(head, chain, out int count);
        if (fault == VirtqueueFault.None)
        {
            chain.Identify(head, count);
        }

        return fault == VirtqueueFault.None;
    }

    // A chain is a list in the table; its last descriptor may refer to a table of its own, where the list goes on.
    private VirtqueueFault Walk(ushort head, DescriptorChain chain, out int count)
    {
        DmaRange table = _descriptors;
        bool isIndirect = false;
        int index = head;
        int visited = 0;
        count = 0;
        while (true)
        {
            int length = table.Length / Descriptor.Size;
            if (index >= length)
            {
                return VirtqueueFault.DescriptorIndex;
            }

            if (visited++ == length)
            {
                return VirtqueueFault.ChainTooLong;
            }

            count += isIndirect ? 0 : 1;
            Descriptor descriptor = Descriptor.ReadSplit(table.Bytes, index);
            if (Slots is { } slots && !slots.Has(index, descriptor))
            {
                return VirtqueueFault.BufferAddress;
            }

            if (descriptor.IsIndirect)
            {
                VirtqueueFault fault = isIndirect ? VirtqueueFault.IndirectTable : MapIndirect(descriptor, out table);
                if (fault != VirtqueueFault.None)
                {
                    return fault;
                }

                isIndirect = true;
                index = 0;
                visited = 0;
                continue;
            }

            VirtqueueFault added = chain.Add(Memory, descriptor);
            if (added != VirtqueueFault.None || !descriptor.HasNext)
            {
                return added;
            }

            index = descriptor.Link;
        }
    }
}
