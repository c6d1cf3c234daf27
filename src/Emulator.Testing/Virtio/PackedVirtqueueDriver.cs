using Emulator.Memory;
using Emulator.Virtio.Queues;

namespace Emulator.Testing.Virtio;

/// <summary>The driver's side of a packed ring (virtio 1.3, section 2.8).</summary>
internal sealed class PackedVirtqueueDriver : VirtqueueDriver
{
    private const ushort Next = 1;
    private const ushort WriteOnly = 2;
    private const ushort Indirect = 4;
    private const ushort AvailableFlag = 1 << 7;
    private const ushort UsedFlag = 1 << 15;
    private const ushort EventsDisabled = 1;
    private const ushort EventsAtDescriptor = 2;

    private readonly ushort[] _freeIds;
    private readonly ushort[] _countOf;
    private int _freeIdCount;
    private int _free;
    private int _available;
    private bool _availableWrap = true;
    private int _used;
    private bool _usedWrap = true;
    private ushort _untold;

    public PackedVirtqueueDriver(DmaView memory, ulong address, int size, bool eventIndex)
        : base(memory, new VirtqueueSettings(size, address, address + (16 * (ulong)size), address + (16 * (ulong)size) + 4), eventIndex)
    {
        _freeIds = new ushort[size];
        _countOf = new ushort[size];
        _free = _freeIdCount = size;
        for (int i = 0; i < size; i++)
        {
            _freeIds[i] = (ushort)(size - 1 - i);
        }
    }

    /// <inheritdoc/>
    public override ulong End => Settings.DeviceArea + 4;

    /// <inheritdoc/>
    public override int Free => _free;

    /// <inheritdoc/>
    public override int Add(ReadOnlySpan<DriverBuffer> buffers, ulong table = 0)
    {
        int count = table != 0 ? 1 : buffers.Length;
        if (count == 0 || count > _free)
        {
            return -1;
        }

        ushort id = _freeIds[--_freeIdCount];
        _countOf[id] = (ushort)count;
        _free -= count;
        if (table != 0)
        {
            for (int i = 0; i < buffers.Length; i++)
            {
                WriteDescriptorAt(table + (16 * (ulong)i), buffers[i].Address, buffers[i].Length, 0, (ushort)(buffers[i].IsWritable ? WriteOnly : 0));
            }

            WriteDescriptor(_available, table, (uint)(16 * buffers.Length), id, (ushort)(Indirect | Fresh(_availableWrap)));
            Advance(ref _available, ref _availableWrap, 1);
        }
        else
        {
            AddDescriptors(buffers, id);
        }

        _untold += (ushort)count;
        return id;
    }

    /// <inheritdoc/>
    public override bool NeedsKick()
    {
        ushort untold = _untold;
        _untold = 0;
        ushort wanted = ReadUInt16(Settings.DeviceArea);
        ushort flags = ReadUInt16(Settings.DeviceArea + 2);
        if (flags != EventsAtDescriptor || untold == 0)
        {
            return untold != 0 && flags != EventsDisabled;
        }

        int entry = wanted & 0x7fff;
        bool sameLap = wanted >> 15 != 0 == _availableWrap;
        return HasPassed((ushort)(sameLap ? entry : entry - Size), (ushort)_available, (ushort)(_available - untold));
    }

    /// <inheritdoc/>
    public override bool TryTakeUsed(out UsedBuffer used)
    {
        ulong entry = Settings.DescriptorArea + (16 * (ulong)_used);
        ushort flags = ReadUInt16(entry + 14);
        bool isUsed = (flags & UsedFlag) != 0 == _usedWrap && (flags & AvailableFlag) != 0 == _usedWrap;
        if (!isUsed)
        {
            used = default;
            return false;
        }

        used = new UsedBuffer(ReadUInt16(entry + 12), ReadUInt32(entry + 8));
        CheckUsed(used, _countOf);
        int count = _countOf[used.Id];
        _countOf[used.Id] = 0;
        _freeIds[_freeIdCount++] = (ushort)used.Id;
        _free += count;
        Advance(ref _used, ref _usedWrap, count);
        return true;
    }

    /// <inheritdoc/>
    public override void EnableInterrupts(int after = 1)
    {
        int entry = _used;
        bool wrap = _usedWrap;
        Advance(ref entry, ref wrap, after - 1);
        Write(Settings.DriverArea, (ushort)(entry | (wrap ? 0x8000 : 0)));
        Write(Settings.DriverArea + 2, HasEventIndex ? EventsAtDescriptor : (ushort)0);
    }

    /// <inheritdoc/>
    public override void DisableInterrupts() => Write(Settings.DriverArea + 2, EventsDisabled);

    /// <inheritdoc/>
    public override uint NotificationData(int queue) => (uint)queue | ((uint)_available << 16) | (_availableWrap ? 1u << 31 : 0);

    private static ushort Fresh(bool wrap) => wrap ? AvailableFlag : UsedFlag;

    // The first descriptor is made available last (section 2.8.21.1).
    private void AddDescriptors(ReadOnlySpan<DriverBuffer> buffers, ushort id)
    {
        int first = _available;
        ushort firstFlags = 0;
        for (int i = 0; i < buffers.Length; i++)
        {
            ushort flags = (ushort)((i == buffers.Length - 1 ? 0 : Next) | (buffers[i].IsWritable ? WriteOnly : 0) | Fresh(_availableWrap));
            if (i == 0)
            {
                firstFlags = flags;
            }
            else
            {
                WriteDescriptor(_available, buffers[i].Address, buffers[i].Length, id, flags);
            }

            Advance(ref _available, ref _availableWrap, 1);
        }

        WriteDescriptor(first, buffers[0].Address, buffers[0].Length, id, firstFlags);
    }

    private void Advance(ref int entry, ref bool wrap, int count)
    {
        entry += count;
        if (entry >= Size)
        {
            entry -= Size;
            wrap = !wrap;
        }
    }
}
