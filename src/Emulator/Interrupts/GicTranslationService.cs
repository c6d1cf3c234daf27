using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// The GICv3 interrupt translation service (ITS): it takes messages, looks up device and event in tables in guest memory, and makes an LPI pending at a redistributor. Software
/// fills the tables by commands in a queue. Its window has two frames of 64 KiB, for control and for messages.
/// </summary>
/// <remarks>
/// Commands are carried out as GITS_CWRITER is written. The registers of tables and queue are read-only while the service is enabled, which the architecture leaves to implementations.
/// </remarks>
internal sealed partial class GicTranslationService : IMmioDevice, ISnapshotState
{
    /// <summary>Offset of GITS_TRANSLATER.</summary>
    public const ulong Translater = 0x1_0040;

    /// <summary>Bits of a device id: the 16 of PCI requester ids, and one more for the virtio-mmio transports behind them.</summary>
    public const int DeviceIdBits = 17;

    private const int CollectionIdBits = 16;
    private const int BaseCount = 8;

    // GITS_CTLR
    private const uint Enabled = 1;
    private const uint Quiescent = 1u << 31;

    // GITS_CBASER: Valid, cacheability of both kinds, address, shareability, size.
    private const ulong QueueBaseWritable = 0xb8ef_ffff_ffff_fcff;
    private const ulong QueueValid = 1ul << 63;
    private const ulong QueueAddressMask = 0x000f_ffff_ffff_f000;
    private const int QueuePage = 0x1000;

    // GITS_CWRITER and GITS_CREADR
    private const ulong QueueOffsetMask = 0xf_ffe0;
    private const ulong Retry = 1;
    private const ulong Stalled = 1;

    // Physical LPIs; ITT_entry_size, ID_bits, Devbits and CIDbits each less one; CIL; targets are processor numbers, no collections in hardware.
    private const ulong Type = 1
        | ((ulong)(GicTranslationTable.EntryLength - 1) << 4)
        | ((ulong)(GicLpis.IntIdBits - 1) << 8)
        | ((ulong)(DeviceIdBits - 1) << 13)
        | ((ulong)(CollectionIdBits - 1) << 32)
        | (1ul << 36);

    private static readonly RegisterTable<GicTranslationService> s_registers = DeclareRegisters();

    private readonly GicV3 _gic;
    private readonly DmaView _memory;
    private readonly UnimplementedAccesses _unimplemented;
    private readonly GicTranslationTable _devices;
    private readonly GicTranslationTable _collections;
    private readonly GicTranslationCache _cache = new();
    private bool _isEnabled;
    private bool _isStalled;
    private ulong _queueBase;
    private ulong _writeOffset;
    private ulong _readOffset;

    public GicTranslationService(string name, GicV3 gic, DmaView memory, UnimplementedAccesses unimplemented)
    {
        Name = name;
        _gic = gic;
        _memory = memory;
        _unimplemented = unimplemented;
        _devices = new GicTranslationTable(memory, type: 1, DeviceIdBits);
        _collections = new GicTranslationTable(memory, type: 4, CollectionIdBits);
    }

    public string Name { get; }

    public ulong Length => 0x2_0000;

    /// <summary>The registers in the order of their declaration.</summary>
    internal static RegisterTable<GicTranslationService> Registers => s_registers;

    private ulong QueueLength => ((_queueBase & 0xff) + 1) * QueuePage;

    public BusResult Read(in BusAccess access)
    {
        if (IsRegisterAccess(access) && s_registers.TryRead(this, access.Offset, out uint low))
        {
            uint high = 0;
            _ = access.Size == 8 && s_registers.TryRead(this, access.Offset + 4, out high);
            return low | ((ulong)high << 32);
        }

        _unimplemented.ReportRegister(Name, access.Offset, isWrite: false);
        return 0;
    }

    public BusStatus Write(in BusAccess access, ulong value)
    {
        if (access.Offset == Translater && access.Size is 2 or 4)
        {
            Translate(access.Initiator, (uint)value);
            return BusStatus.Ok;
        }

        if (!IsRegisterAccess(access) || !s_registers.TryWrite(this, access.Offset, (uint)value))
        {
            _unimplemented.ReportRegister(Name, access.Offset, isWrite: true);
        }
        else if (access.Size == 8)
        {
            _ = s_registers.TryWrite(this, access.Offset + 4, (uint)(value >> 32));
        }

        return BusStatus.Ok;
    }

    public bool IsPollable(in BusAccess access) => IsRegisterAccess(access) && s_registers.Find(access.Offset) is not null;

    public void Reset(ResetKind kind)
    {
        _isEnabled = _isStalled = false;
        _queueBase = _writeOffset = _readOffset = 0;
        _devices.Reset();
        _collections.Reset();
        _cache.Clear();
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Section(Name, 1);
        writer.Write(_isEnabled);
        writer.Write(_isStalled);
        writer.Write(_queueBase);
        writer.Write(_writeOffset);
        writer.Write(_readOffset);
        writer.Write(_devices.Base);
        writer.Write(_collections.Base);
        _cache.Save(writer);
    }

    public void Load(SnapshotReader reader)
    {
        _ = reader.Section(Name, 1);
        _isEnabled = reader.ReadBoolean();
        _isStalled = reader.ReadBoolean();
        _queueBase = reader.ReadUInt64() & QueueBaseWritable;
        _writeOffset = reader.ReadUInt64() & QueueOffsetMask;
        _readOffset = reader.ReadUInt64() & QueueOffsetMask;
        _devices.Base = reader.ReadUInt64();
        _collections.Base = reader.ReadUInt64();
        _cache.Load(reader, _gic.CpuCount);
    }

    private static RegisterTable<GicTranslationService> DeclareRegisters()
    {
        var table = new RegisterTable<GicTranslationService>(0x2_0000);
        table
            .Add(0x0000, "GITS_CTLR", RegisterAccess.ReadWrite, static (d, _) => d._isEnabled ? Enabled | Quiescent : Quiescent, static (d, _, x) => d.WriteControl(x), reset: Quiescent)
            .Add(0x0004, "GITS_IIDR", RegisterAccess.ReadOnly, static (_, _) => GicIdentification.Implementer, reset: GicIdentification.Implementer)
            .Add(0x0008, "GITS_TYPER", RegisterAccess.ReadOnly, static (_, i) => (uint)(Type >> (32 * i)), count: 2)
            .Add(0x0080, "GITS_CBASER", RegisterAccess.ReadWrite, static (d, i) => (uint)(d._queueBase >> (32 * i)), static (d, i, x) => d.WriteQueueBase(i, x), count: 2)
            .Add(0x0088, "GITS_CWRITER", RegisterAccess.ReadWrite, static (d, i) => i == 0 ? (uint)d._writeOffset : 0, static (d, i, x) => d.WriteWriteOffset(i, x), count: 2)
            .Add(0x0090, "GITS_CREADR", RegisterAccess.ReadOnly, static (d, i) => i == 0 ? (uint)(d._readOffset | (d._isStalled ? Stalled : 0)) : 0, count: 2)
            .Add(0x0100, "GITS_BASER", RegisterAccess.ReadWrite, static (d, i) => (uint)((d.TableOf(i / 2)?.Base ?? 0) >> (32 * (i % 2))), static (d, i, x) => d.WriteTableBase(i, x), count: 2 * BaseCount)
            .Add((int)Translater, "GITS_TRANSLATER", RegisterAccess.WriteOnly);
        GicIdentification.Declare(table, "GITS", 0x94);
        return table;
    }

    // Registers are accessed as words; GITS_TYPER, those of the queue and GITS_BASER<n> as doublewords too.
    private static bool IsRegisterAccess(in BusAccess access) => access.Size switch
    {
        4 => (access.Offset & 3) == 0,
        8 => (access.Offset & 7) == 0 && access.Offset is 0x08 or (>= 0x80 and < 0x98) or (>= 0x100 and < 0x140),
        _ => false,
    };

    private static ulong Replace(ulong value, int word, uint part) => word == 0 ? (value & ~0xffff_fffful) | part : (value & 0xffff_ffff) | ((ulong)part << 32);

    private GicTranslationTable? TableOf(int index) => index switch
    {
        0 => _devices,
        1 => _collections,
        _ => null,
    };

    private void WriteControl(uint value)
    {
        _isEnabled = (value & Enabled) != 0;
        _cache.Clear();
        ProcessQueue();
    }

    private void WriteQueueBase(int word, uint value)
    {
        if (!_isEnabled)
        {
            _queueBase = Replace(_queueBase, word, value) & QueueBaseWritable;
            _readOffset = 0;
            _isStalled = false;
        }
    }

    private void WriteWriteOffset(int word, uint value)
    {
        if (word != 0)
        {
            return;
        }

        _writeOffset = value & QueueOffsetMask;
        _isStalled &= (value & Retry) == 0;
        ProcessQueue();
    }

    private void WriteTableBase(int index, uint value)
    {
        if (!_isEnabled && TableOf(index / 2) is { } table)
        {
            table.Base = Replace(table.Base, index % 2, value);
        }
    }

    // An offset outside the queue is UNPREDICTABLE; here nothing happens until software corrects it.
    private void ProcessQueue()
    {
        if (!_isEnabled || _isStalled || _readOffset == _writeOffset || (_queueBase & QueueValid) == 0 || _writeOffset >= QueueLength || _readOffset >= QueueLength)
        {
            return;
        }

        Span<byte> bytes = stackalloc byte[GicTranslationCommand.Length];
        while (_readOffset != _writeOffset)
        {
            if (!_memory.TryRead((_queueBase & QueueAddressMask) + _readOffset, bytes) || Execute(GicTranslationCommand.From(bytes)) == GicTranslationOutcome.Stalled)
            {
                _isStalled = true;
                break;
            }

            _readOffset = (_readOffset + GicTranslationCommand.Length) % QueueLength;
        }

        SettleAll();
    }
}
