using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Virtio.Transports;

/// <summary>
/// The memory-mapped transport (virtio 1.3, section 4.2) with a wired interrupt: version 2, or the legacy version 1. Control registers answer aligned 32-bit accesses only, as on QEMU;
/// the configuration space takes any width.
/// </summary>
internal sealed partial class VirtioMmioTransport : IMmioDevice, IVirtioInterrupts, ISnapshotState, IDisposable
{
    /// <summary>Length of the register window in bytes, configuration space included, as on QEMU.</summary>
    public const ulong WindowLength = 0x200;

    private const int ConfigurationOffset = 0x100;

    private readonly IVirtioBackend _backend;
    private readonly VirtioDevice _device;
    private readonly VirtioMmioVersion _version;
    private readonly RegisterTable<VirtioMmioTransport> _registers;
    private readonly IInterruptLine _line;
    private readonly VirtioMmioMessages? _messages;
    private readonly UnimplementedAccesses _unimplemented;
    private uint _deviceFeaturesSelect;
    private uint _driverFeaturesSelect;
    private uint _queueSelect;
    private uint _sharedMemorySelect;
    private uint _interruptStatus;
    private uint _guestPageSize;
    private uint _queueAlign = DefaultQueueAlign;
    private uint _queueBeingReset = NoQueue;
    private bool _isPending;

    /// <summary>Creates the transport in its reset state.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>virtio-blk@a003e00</c>.</param>
    /// <param name="backend">What stands behind it; the transport disposes it.</param>
    /// <param name="version">Which interface it has.</param>
    /// <param name="line">Its interrupt.</param>
    /// <param name="unimplemented">Where accesses to undeclared registers are counted.</param>
    /// <param name="messages">Its extension by message-signalled interrupts, or null; for the interface of the standard only.</param>
    public VirtioMmioTransport(
        string name, IVirtioBackend backend, VirtioMmioVersion version, IInterruptLine line, UnimplementedAccesses unimplemented, VirtioMmioMessages? messages = null)
    {
        Name = name;
        _backend = backend;
        _version = version;
        _line = line;
        _unimplemented = unimplemented;
        _messages = messages;
        _registers = version == VirtioMmioVersion.Legacy ? s_legacyRegisters : s_modernRegisters;
        _device = new VirtioDevice(name, backend, this, version == VirtioMmioVersion.Legacy)
        {
            TransportFeatures = messages?.Features ?? 0,
            HiddenFeatures = messages is null ? 0 : VirtioFeatures.RingReset,
        };
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Length => WindowLength;

    /// <summary>What the device has done.</summary>
    public VirtioCounters Counters => _device.Counters;

    /// <summary>Who wants to hear of what the device does, or null.</summary>
    public VirtioTrace? Trace
    {
        set => _device.Trace = value;
    }

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access)
    {
        if (access.Offset >= ConfigurationOffset)
        {
            return _device.ReadConfiguration(access.Offset - ConfigurationOffset, access.Size);
        }

        if (IsMessageRegister(access.Offset))
        {
            return HasMessages ? _messages!.Read(access.Offset, access.Size) : 0u;
        }

        return access.Size switch
        {
            4 => ReadRegister(access.Offset),
            8 => ReadRegister(access.Offset) | ((ulong)ReadRegister(access.Offset + 4) << 32),
            _ => 0,
        };
    }

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        if (access.Offset >= ConfigurationOffset)
        {
            if (HasDoorbells && _messages!.TryFindDoorbell(access.Offset, out uint queue))
            {
                // The address tells the queue, whatever the value.
                _device.Notify(queue);
                return BusStatus.Ok;
            }

            return _device.WriteConfiguration(access.Offset - ConfigurationOffset, access.Size, value);
        }

        if (IsMessageRegister(access.Offset))
        {
            WriteMessageRegister(access, value);
            return BusStatus.Ok;
        }

        _isPending = false;
        if (access.Size >= 4)
        {
            WriteRegister(access.Offset, (uint)value);
            if (access.Size == 8)
            {
                WriteRegister(access.Offset + 4, (uint)(value >> 32));
            }
        }

        return _isPending ? BusStatus.Pending : BusStatus.Ok;
    }

    /// <inheritdoc/>
    public void Reset(ResetKind kind)
    {
        _deviceFeaturesSelect = 0;
        _driverFeaturesSelect = 0;
        _queueSelect = 0;
        _sharedMemorySelect = 0;
        _guestPageSize = 0;
        _ = WriteStatus(0);
    }

    /// <inheritdoc/>
    public bool IsPollable(in BusAccess access)
    {
        // No read has a side effect, and nothing changes by time alone; but reads of what is not declared are counted.
        bool isDeclared = IsDeclared(access.Offset) && (access.Size != 8 || IsDeclared(access.Offset + 4));
        return access.Offset >= ConfigurationOffset || access.Size < 4 || isDeclared || IsMessageRegister(access.Offset);
    }

    /// <inheritdoc/>
    public void SignalUsed(int queue)
    {
        if (SendsMessages)
        {
            _messages!.SignalUsed(queue);
        }
        else
        {
            RaiseInterrupt(UsedBufferInterrupt);
        }
    }

    /// <inheritdoc/>
    public void SignalConfiguration()
    {
        if (SendsMessages)
        {
            _messages!.SignalConfiguration();
        }
        else
        {
            RaiseInterrupt(ConfigurationChangeInterrupt);
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        writer.Write(_deviceFeaturesSelect);
        writer.Write(_driverFeaturesSelect);
        writer.Write(_queueSelect);
        writer.Write(_sharedMemorySelect);
        writer.Write(_interruptStatus);
        writer.Write(_guestPageSize);
        writer.Write(_queueAlign);
        writer.Write(_queueBeingReset);
        _messages?.Save(writer);
        _device.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        _deviceFeaturesSelect = reader.ReadUInt32();
        _driverFeaturesSelect = reader.ReadUInt32();
        _queueSelect = reader.ReadUInt32();
        _sharedMemorySelect = reader.ReadUInt32();
        _interruptStatus = reader.ReadUInt32();
        _guestPageSize = reader.ReadUInt32();
        _queueAlign = reader.ReadUInt32();
        _queueBeingReset = reader.ReadUInt32();
        _messages?.Load(reader);
        _device.Load(reader);
    }

    /// <inheritdoc/>
    public void Dispose() => _backend.Dispose();

    private bool IsDeclared(ulong offset) => (offset & 3) == 0 && _registers.Find(offset) is not null;

    private uint ReadRegister(ulong offset)
    {
        if ((offset & 3) != 0 || !_registers.TryRead(this, offset, out uint value))
        {
            _unimplemented.ReportRegister(Name, offset, isWrite: false);
            return 0;
        }

        return value;
    }

    private void WriteRegister(ulong offset, uint value)
    {
        if (offset == QueueNotifyOffset)
        {
            Notify(value);
        }
        else if ((offset & 3) != 0 || !_registers.TryWrite(this, offset, value))
        {
            _unimplemented.ReportRegister(Name, offset, isWrite: true);
        }
    }

    private void RaiseInterrupt(uint cause)
    {
        _interruptStatus |= cause;
        _line.Set(true);
    }

    private void AcknowledgeInterrupt(uint causes)
    {
        _interruptStatus &= ~causes;
        _line.Set(_interruptStatus != 0);
    }

    // The lower half is the queue's index also when the upper one tells where the driver is (VIRTIO_F_NOTIFICATION_DATA): a queue is read as far as it goes anyway.
    private void Notify(uint value) => _device.Notify(_device.Has(VirtioFeatures.NotificationData) ? (ushort)value : value);

    private BackendAnswer WriteStatus(uint value)
    {
        BackendAnswer answer = _device.WriteStatus((byte)value);
        if (answer != BackendAnswer.Pending && (byte)value == 0)
        {
            _queueAlign = DefaultQueueAlign;
            _queueBeingReset = NoQueue;
            _messages?.Reset();
            AcknowledgeInterrupt(uint.MaxValue);
        }

        return answer;
    }
}
