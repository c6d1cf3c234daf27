using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Firmware;

/// <summary>
/// QEMU's firmware configuration device in its memory-mapped form (docs/specs/fw_cfg): data at 0, selector at 8, DMA address at 16, all
/// big-endian. Items are read-only. Widths and places that QEMU refuses are bus errors here too.
/// </summary>
public sealed class FwCfg : IMmioDevice, ISnapshotState
{
    /// <summary>Length of the register window in bytes.</summary>
    public const ulong WindowLength = 0x18;

    private const ulong DataRegister = 0x00;
    private const ulong SelectorRegister = 0x08;
    private const ulong DmaRegister = 0x10;
    private const ulong DmaRegisterLow = 0x14;

    private const ulong DmaSignature = 0x4746_4320_554d_4551; // "QEMU CFG", as a little-endian CPU reads it
    private const ushort WriteChannel = 0x4000; // without meaning since items cannot be written through the data register
    private const int NothingSelected = -1;
    private const int DescriptorLength = 16;

    private static readonly byte[] s_zeros = new byte[4096];

    private readonly ReadOnlyMemory<byte>[] _items;
    private readonly DmaView _dma;
    private readonly UnimplementedAccesses _unimplemented;
    private int _selected;
    private int _position;
    private uint _dmaAddressHigh;

    /// <summary>Creates the device in its reset state.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>fw_cfg@9020000</c>.</param>
    /// <param name="items">What it offers; later changes to it are not seen.</param>
    /// <param name="dma">Guest memory.</param>
    /// <param name="unimplemented">Where refused accesses are counted.</param>
    public FwCfg(string name, FwCfgItems items, DmaView dma, UnimplementedAccesses unimplemented)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(dma);
        ArgumentNullException.ThrowIfNull(unimplemented);
        Name = name;
        _items = items.ToTable();
        _dma = dma;
        _unimplemented = unimplemented;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Length => WindowLength;

    // What remains of the selected item; empty when nothing is selected.
    private ReadOnlySpan<byte> Remaining =>
        _selected == NothingSelected ? default : _items[_selected].Span[_position..];

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access)
    {
        if (access.Offset == DataRegister)
        {
            return ReadData(access.Size);
        }

        if (IsInDmaRegister(access))
        {
            ulong value = DmaSignature >> (int)(8 * (access.Offset - DmaRegister));
            return access.Size == 8 ? value : value & ((1ul << (8 * access.Size)) - 1);
        }

        _unimplemented.ReportRegister(Name, access.Offset, isWrite: false);
        return BusResult.Error;
    }

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        switch ((access.Offset, access.Size))
        {
            case (DataRegister, _):
                return BusStatus.Ok; // ignored: items cannot be written this way any more
            case (SelectorRegister, 2):
                Select(BinaryPrimitives.ReverseEndianness((ushort)value));
                return BusStatus.Ok;
            case (DmaRegister, 8):
                StartTransfer(BinaryPrimitives.ReverseEndianness(value));
                return BusStatus.Ok;
            case (DmaRegister, 4):
                _dmaAddressHigh = BinaryPrimitives.ReverseEndianness((uint)value);
                return BusStatus.Ok;
            case (DmaRegisterLow, 4):
                StartTransfer(((ulong)_dmaAddressHigh << 32) | BinaryPrimitives.ReverseEndianness((uint)value));
                return BusStatus.Ok;
            default:
                _unimplemented.ReportRegister(Name, access.Offset, isWrite: true);
                return BusStatus.Error;
        }
    }

    /// <inheritdoc/>
    public void Reset(ResetKind kind)
    {
        _selected = (int)FwCfgKey.Signature;
        _position = 0;
        _dmaAddressHigh = 0;
    }

    /// <inheritdoc/>
    public bool IsPollable(in BusAccess access) => IsInDmaRegister(access);

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        writer.Write(_selected);
        writer.Write(_position);
        writer.Write(_dmaAddressHigh);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        int selected = reader.ReadInt32();
        int position = reader.ReadInt32();
        uint dmaAddressHigh = reader.ReadUInt32();
        int length = selected is >= 0 and < FwCfgItems.TableLength ? _items[selected].Length : selected == NothingSelected ? 0 : -1;
        if (position < 0 || position > length)
        {
            throw new SnapshotException($"the snapshot reads '{Name}' where this machine has nothing; load it into a machine of the same description");
        }

        _selected = selected;
        _position = position;
        _dmaAddressHigh = dmaAddressHigh;
    }

    private static bool IsInDmaRegister(in BusAccess access) =>
        access.Offset is >= DmaRegister and < WindowLength && (ulong)access.Size <= WindowLength - access.Offset;

    private ulong ReadData(int size)
    {
        // The item's bytes in memory order, zeros after its end.
        ReadOnlySpan<byte> bytes = Remaining;
        int count = Math.Min(size, bytes.Length);
        ulong value = 0;
        for (int i = 0; i < count; i++)
        {
            value |= (ulong)bytes[i] << (8 * i);
        }

        _position += count;
        return value;
    }

    private void Select(ushort key)
    {
        // Selectors from 0x8000 on are items of the architecture, of which there are none.
        int index = key & ~WriteChannel;
        _selected = index < _items.Length ? index : NothingSelected;
        _position = 0;
    }

    private void StartTransfer(ulong descriptor)
    {
        _dmaAddressHigh = 0;
        Span<byte> bytes = stackalloc byte[DescriptorLength];
        FwCfgDmaControl result = FwCfgDmaControl.Error;
        if (_dma.TryRead(descriptor, bytes))
        {
            result = Transfer(
                BinaryPrimitives.ReadUInt32BigEndian(bytes),
                BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        }

        Span<byte> control = bytes[..4];
        BinaryPrimitives.WriteUInt32BigEndian(control, (uint)result);
        _ = _dma.TryWrite(descriptor, control); // a guest that waits where nothing can be written waits for ever, as on QEMU
    }

    private FwCfgDmaControl Transfer(uint control, uint length, ulong address)
    {
        var commands = (FwCfgDmaControl)control;
        if ((commands & FwCfgDmaControl.Select) != 0)
        {
            Select((ushort)(control >> 16));
        }

        // Of several commands the first of this order counts.
        if ((commands & FwCfgDmaControl.Read) != 0)
        {
            return ReadInto(address, length);
        }

        if ((commands & (FwCfgDmaControl.Write | FwCfgDmaControl.Skip)) == 0 || length == 0)
        {
            return FwCfgDmaControl.None;
        }

        _position += (int)Math.Min(length, (uint)Remaining.Length);
        return (commands & FwCfgDmaControl.Write) != 0 ? FwCfgDmaControl.Error : FwCfgDmaControl.None;
    }

    private FwCfgDmaControl ReadInto(ulong address, uint length)
    {
        ReadOnlySpan<byte> content = Remaining;
        content = content[..(int)Math.Min(length, (uint)content.Length)];
        _position += content.Length;
        if (!_dma.TryWrite(address, content))
        {
            return FwCfgDmaControl.Error;
        }

        address += (uint)content.Length;
        for (uint rest = length - (uint)content.Length; rest > 0;)
        {
            int count = (int)Math.Min(rest, (uint)s_zeros.Length);
            if (!_dma.TryWrite(address, s_zeros.AsSpan(0, count)))
            {
                return FwCfgDmaControl.Error;
            }

            address += (uint)count;
            rest -= (uint)count;
        }

        return FwCfgDmaControl.None;
    }
}
