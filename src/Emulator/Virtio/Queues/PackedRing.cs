using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Virtio.Queues;

/// <summary>
/// A packed ring: one ring of descriptors that driver and device write in turn, and wrap counters that tell a fresh entry from an old one (virtio 1.3, section 2.8).
/// </summary>
internal sealed class PackedRing : MemoryRing
{
    // Event suppression structures (section 2.8.14): an offset with a wrap counter, then flags.
    private const int EventLength = 4;
    private const int EventFlagsOffset = 2;
    private const ushort EventsEnabled = 0; // RING_EVENT_FLAGS_ENABLE
    private const ushort EventsDisabled = 1; // RING_EVENT_FLAGS_DISABLE
    private const ushort EventsAtDescriptor = 2; // RING_EVENT_FLAGS_DESC
    private const ushort WrapCounterBit = 1 << 15;

    private const int IdOffset = 12;
    private const int FlagsOffset = 14;

    private DmaRange _ring;
    private DmaRange _driverEvents;
    private DmaRange _deviceEvents;
    private Entry _available = Entry.Start;
    private Entry _used = Entry.Start;
    private ushort _untold;

    /// <inheritdoc cref="VirtqueueRing(DmaView, in VirtqueueSettings, ulong)"/>
    public PackedRing(DmaView memory, in VirtqueueSettings settings, ulong features)
        : base(memory, settings, features)
    {
    }

    /// <inheritdoc/>
    public override bool HasUntold => _untold != 0;

    /// <inheritdoc/>
    public override uint Position => _available.Word | ((uint)_used.Word << 16);

    /// <inheritdoc/>
    public override bool HasAvailable => IsAvailable(_available);

    /// <inheritdoc/>
    public override VirtqueueFault TryMap()
    {
        bool mapped = Memory.TryMap(Settings.DescriptorArea, Size * Descriptor.Size, forWriting: true, out _ring)
            && Memory.TryMap(Settings.DriverArea, EventLength, forWriting: true, out _driverEvents)
            && Memory.TryMap(Settings.DeviceArea, EventLength, forWriting: true, out _deviceEvents);
        if (Start is { } start)
        {
            _available = Entry.FromWord(start);
            _used = Entry.FromWord(start >> 16);
        }

        return mapped && _available.Index < Size && _used.Index < Size ? VirtqueueFault.None : VirtqueueFault.RingAddress;
    }

    /// <inheritdoc/>
    public override bool TryPop(DescriptorChain chain, out VirtqueueFault fault)
    {
        fault = VirtqueueFault.None;
        Entry position = _available;
        if (!IsAvailable(position))
        {
            return false;
        }

        Volatile.ReadBarrier();
        Descriptor descriptor = Descriptor.ReadPacked(_ring.Bytes, position.Index);
        chain.Clear();
        int count = 1;
        if (descriptor.IsIndirect)
        {
            fault = AddTable(descriptor, chain);
        }
        else
        {
            fault = chain.Add(Memory, descriptor);
            while (fault == VirtqueueFault.None && descriptor.HasNext)
            {
                // The driver makes the first entry available last, so all the others are there.
                if (count++ == Size)
                {
                    fault = VirtqueueFault.ChainTooLong;
                    break;
                }

                position = position.Plus(1, Size);
                descriptor = Descriptor.ReadPacked(_ring.Bytes, position.Index);
                fault = descriptor.IsIndirect ? VirtqueueFault.IndirectTable : chain.Add(Memory, descriptor);
            }
        }

        if (fault != VirtqueueFault.None)
        {
            return false;
        }

        // The buffer's id stands in the last descriptor of its list (section 2.8.6).
        chain.Identify(descriptor.Link, count);
        _available = _available.Plus(count, Size);
        return true;
    }

    /// <inheritdoc/>
    public override void Push(in UsedElement element)
    {
        int offset = _used.Index * Descriptor.Size;
        DescriptorFlags flags = (_used.Wrap ? DescriptorFlags.Available | DescriptorFlags.Used : DescriptorFlags.None)
            | (element.Written > 0 ? DescriptorFlags.Write : DescriptorFlags.None);
        Span<byte> entry = _ring.Writable.Slice(offset, Descriptor.Size);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], element.Written);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[IdOffset..], element.Id);
        Volatile.WriteBarrier();
        BinaryPrimitives.WriteUInt16LittleEndian(entry[FlagsOffset..], (ushort)flags);
        _ring.MarkWritten(offset + 8, 8);
        _used = _used.Plus(element.DescriptorCount, Size);
        _untold = (ushort)Math.Min(_untold + element.DescriptorCount, ushort.MaxValue);
    }

    /// <inheritdoc/>
    public override bool WantsInterrupt()
    {
        ushort untold = _untold;
        _untold = 0;
        if (untold == 0)
        {
            return false;
        }

        Fence();
        ReadOnlySpan<byte> events = _driverEvents.Bytes;
        ushort wanted = BinaryPrimitives.ReadUInt16LittleEndian(events);
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(events[EventFlagsOffset..]);
        if (flags != EventsAtDescriptor || !HasEventIndex)
        {
            return flags != EventsDisabled;
        }

        // An entry of the lap before this one stands a whole ring further back.
        int entry = wanted & (WrapCounterBit - 1);
        bool sameLap = (wanted & WrapCounterBit) != 0 == _used.Wrap;
        return HasPassed((ushort)(sameLap ? entry : entry - Size), (ushort)_used.Index, (ushort)(_used.Index - untold));
    }

    /// <inheritdoc/>
    public override uint Mark => _available.Word;

    /// <inheritdoc/>
    public override void Rewind(uint mark) => _available = Entry.FromWord(mark);

    /// <inheritdoc/>
    public override void RequestNotification()
    {
        Span<byte> events = _deviceEvents.Writable;
        BinaryPrimitives.WriteUInt16LittleEndian(events, _available.Word);
        BinaryPrimitives.WriteUInt16LittleEndian(events[EventFlagsOffset..], HasEventIndex ? EventsAtDescriptor : EventsEnabled);
        _deviceEvents.MarkWritten(0, EventLength);
        Fence();
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        _available.Save(writer);
        _used.Save(writer);
        writer.Write((uint)_untold);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        _available = Entry.Load(reader, Size);
        _used = Entry.Load(reader, Size);
        _untold = (ushort)reader.ReadUInt32();
    }

    private bool IsAvailable(Entry entry)
    {
        var flags = (DescriptorFlags)BinaryPrimitives.ReadUInt16LittleEndian(_ring.Bytes[((entry.Index * Descriptor.Size) + FlagsOffset)..]);
        return (flags & DescriptorFlags.Available) != 0 == entry.Wrap && (flags & DescriptorFlags.Used) != 0 != entry.Wrap;
    }

    // A table of a packed ring is a plain array (section 2.8.7); of the flags only one counts.
    private VirtqueueFault AddTable(in Descriptor descriptor, DescriptorChain chain)
    {
        VirtqueueFault fault = MapIndirect(descriptor, out DmaRange table);
        for (int index = 0; fault == VirtqueueFault.None && index < table.Length / Descriptor.Size; index++)
        {
            fault = chain.Add(Memory, Descriptor.ReadPacked(table.Bytes, index));
        }

        return fault;
    }

    // An entry of the ring, and the wrap counter that goes with it.
    private readonly record struct Entry(int Index, bool Wrap)
    {
        public static Entry Start => new(0, Wrap: true);

        // As event suppression structures and vhost-user have it.
        public ushort Word => (ushort)(Index | (Wrap ? WrapCounterBit : 0));

        public static Entry FromWord(uint word) => new((int)(word & (WrapCounterBit - 1)), (word & WrapCounterBit) != 0);

        public static Entry Load(SnapshotReader reader, int size)
        {
            int index = reader.ReadInt32();
            return index == 0 || (uint)index < (uint)size
                ? new Entry(index, reader.ReadBoolean())
                : throw new SnapshotException($"the snapshot is at entry {index} of a ring that has {size}; it is damaged, save it again");
        }

        public Entry Plus(int count, int size) => Index + count < size ? new(Index + count, Wrap) : new(Index + count - size, !Wrap);

        public void Save(SnapshotWriter writer)
        {
            writer.Write(Index);
            writer.Write(Wrap);
        }
    }
}
