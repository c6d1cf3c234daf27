using Emulator.Memory;
using Emulator.Virtio.Queues;

namespace Emulator.Testing.Virtio;

/// <summary>The driver's side of a split ring (virtio 1.3, section 2.7), laid out as the legacy interface wants it.</summary>
internal sealed class SplitVirtqueueDriver : VirtqueueDriver
{
    private const ushort Next = 1;
    private const ushort WriteOnly = 2;
    private const ushort Indirect = 4;
    private const ulong LegacyAlignment = 4096;

    private readonly ushort[] _free;
    private readonly ushort[] _nextOf;
    private readonly ushort[] _countOf;
    private int _freeCount;
    private ushort _available;
    private ushort _availableTold;
    private ushort _used;

    public SplitVirtqueueDriver(DmaView memory, ulong address, int size, bool eventIndex)
        : base(memory, Layout(address, size), eventIndex)
    {
        _free = new ushort[size];
        _nextOf = new ushort[size];
        _countOf = new ushort[size];
        _freeCount = size;
        for (int i = 0; i < size; i++)
        {
            _free[i] = (ushort)(size - 1 - i);
        }
    }

    /// <inheritdoc/>
    public override ulong End => Settings.DeviceArea + 6 + (8 * (ulong)Size);

    /// <inheritdoc/>
    public override int Free => _freeCount;

    private ulong UsedEvent => Settings.DriverArea + 4 + (2 * (ulong)Size);

    private ulong AvailableEvent => Settings.DeviceArea + 4 + (8 * (ulong)Size);

    /// <inheritdoc/>
    public override int Add(ReadOnlySpan<DriverBuffer> buffers, ulong table = 0)
    {
        int count = table != 0 ? 1 : buffers.Length;
        if (count == 0 || count > _freeCount)
        {
            return -1;
        }

        ushort head = _free[_freeCount - 1];
        _countOf[head] = (ushort)count;
        if (table != 0)
        {
            WriteTable(buffers, table);
            WriteDescriptor(head, table, (uint)(16 * buffers.Length), Indirect, 0);
            _freeCount--;
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                ushort index = _free[--_freeCount];
                bool isLast = i == count - 1;
                ushort next = isLast ? (ushort)0 : _free[_freeCount - 1];
                _nextOf[index] = next;
                WriteDescriptor(index, buffers[i].Address, buffers[i].Length, FlagsOf(buffers[i], isLast), next);
            }
        }

        Write(Settings.DriverArea + 4 + (2 * (ulong)(_available & (Size - 1))), head);
        Write(Settings.DriverArea + 2, ++_available);
        return head;
    }

    /// <inheritdoc/>
    public override bool NeedsKick()
    {
        ushort told = _availableTold;
        _availableTold = _available;
        return HasEventIndex
            ? HasPassed(ReadUInt16(AvailableEvent), _available, told)
            : told != _available && (ReadUInt16(Settings.DeviceArea) & 1) == 0;
    }

    /// <inheritdoc/>
    public override bool TryTakeUsed(out UsedBuffer used)
    {
        if (ReadUInt16(Settings.DeviceArea + 2) == _used)
        {
            used = default;
            return false;
        }

        ulong entry = Settings.DeviceArea + 4 + (8 * (ulong)(_used & (Size - 1)));
        used = new UsedBuffer((int)ReadUInt32(entry), ReadUInt32(entry + 4));
        _used++;
        CheckUsed(used, _countOf);
        Release((ushort)used.Id);
        return true;
    }

    /// <inheritdoc/>
    public override void EnableInterrupts(int after = 1)
    {
        Write(Settings.DriverArea, 0);
        if (HasEventIndex)
        {
            Write(UsedEvent, (ushort)(_used + after - 1));
        }
    }

    /// <inheritdoc/>
    public override void DisableInterrupts()
    {
        Write(Settings.DriverArea, 1);
        if (HasEventIndex)
        {
            Write(UsedEvent, (ushort)(_used - 1)); // as far away as can be
        }
    }

    /// <inheritdoc/>
    public override uint NotificationData(int queue) => (uint)queue | ((uint)_available << 16);

    private static VirtqueueSettings Layout(ulong address, int size)
    {
        ulong available = address + (16 * (ulong)size);
        ulong used = (available + 6 + (2 * (ulong)size) + LegacyAlignment - 1) & ~(LegacyAlignment - 1);
        return new VirtqueueSettings(size, address, available, used);
    }

    private static ushort FlagsOf(in DriverBuffer buffer, bool isLast) => (ushort)((isLast ? 0 : Next) | (buffer.IsWritable ? WriteOnly : 0));

    private void WriteTable(ReadOnlySpan<DriverBuffer> buffers, ulong table)
    {
        for (int i = 0; i < buffers.Length; i++)
        {
            bool isLast = i == buffers.Length - 1;
            WriteDescriptorAt(table + (16 * (ulong)i), buffers[i].Address, buffers[i].Length, FlagsOf(buffers[i], isLast), (ushort)(isLast ? 0 : i + 1));
        }
    }

    private void Release(ushort head)
    {
        ushort index = head;
        for (int count = _countOf[head]; count > 0; count--)
        {
            _free[_freeCount++] = index;
            index = _nextOf[index];
        }

        _countOf[head] = 0;
    }
}
