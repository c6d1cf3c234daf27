using System.Buffers.Binary;
using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Pci;
using Emulator.Snapshots;

namespace Emulator.Virtio.Transports;

/// <summary>
/// The PCI transport (virtio 1.3, section 4.1), laid out as QEMU does: MSI-X behind register 1, the structures of the standard behind registers 4 and 5, and for a transitional device the legacy
/// ports behind register 0. The driver that comes says by the registers that it uses which interface it means.
/// </summary>
internal sealed partial class VirtioPciTransport : MsixEndpoint, IVirtioInterrupts, IDisposable
{
    private const ushort VirtioVendor = 0x1af4;
    private const ushort NoVector = 0xffff;
    private const byte QueueInterrupt = 1;
    private const byte ConfigurationInterrupt = 2;
    private const int MessageBar = 1;
    private const int StructureBar = 4;
    private const int LegacyBar = 0;

    private readonly IVirtioBackend _backend;
    private readonly VirtioDevice _device;
    private readonly UnimplementedAccesses _unimplemented;
    private readonly ushort[] _queueVectors;
    private readonly int _accessCapability;
    private ushort _configurationVector = NoVector;
    private uint _deviceFeaturesSelect;
    private uint _driverFeaturesSelect;
    private ushort _queueSelect;
    private byte _interruptStatus;
    private bool _isPending;

    /// <summary>Creates the transport in its reset state.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>virtio-blk@00:01.0</c>.</param>
    /// <param name="backend">What stands behind it; the transport disposes it.</param>
    /// <param name="isTransitional">True when drivers of before the standard can use it, too.</param>
    /// <param name="messages">Where MSI-X messages go.</param>
    /// <param name="unimplemented">Where accesses to undeclared registers are counted.</param>
    public VirtioPciTransport(string name, IVirtioBackend backend, bool isTransitional, IMsiTarget messages, UnimplementedAccesses unimplemented)
        : base(name, IdentityOf(backend.DeviceType, isTransitional), backend.QueueSizes.Count + 1, MessageBar, messages)
    {
        _backend = backend;
        _unimplemented = unimplemented;
        _queueVectors = new ushort[backend.QueueSizes.Count];
        Array.Fill(_queueVectors, NoVector);
        if (isTransitional)
        {
            AddBar(LegacyBar, PciBarKind.Ports, LegacyLength(backend.ConfigurationLength), new LegacyPorts(this));
        }

        AddBar(StructureBar, PciBarKind.PrefetchableMemory64, StructureLength, new Structures(this));
        AddStructure(VirtioPciCapabilityType.CommonConfiguration, CommonOffset);
        AddStructure(VirtioPciCapabilityType.InterruptStatus, InterruptStatusOffset);
        AddStructure(VirtioPciCapabilityType.DeviceConfiguration, DeviceConfigurationOffset);
        AddStructure(VirtioPciCapabilityType.Notifications, NotificationsOffset, NotificationMultiplier);
        _accessCapability = AddAccessCapability();
        _device = new VirtioDevice(name, backend, this, isLegacy: false);
    }

    /// <summary>True for a device type that drivers of before the standard knew.</summary>
    public static bool HasLegacyInterface(VirtioDeviceType type) => LegacyIdOf(type) != 0;

    /// <summary>What the device has done.</summary>
    public VirtioCounters Counters => _device.Counters;

    /// <summary>Who wants to hear of what the device does, or null.</summary>
    public VirtioTrace? Trace
    {
        set => _device.Trace = value;
    }

    /// <inheritdoc/>
    public bool SendsMessages => UsesMessages;

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _ = WriteStatus(0);
        _deviceFeaturesSelect = 0;
        _driverFeaturesSelect = 0;
        _queueSelect = 0;
    }

    /// <inheritdoc/>
    public void SignalUsed(int queue)
    {
        if (UsesMessages)
        {
            Table.Signal(_queueVectors[queue]);
            return;
        }

        Raise(QueueInterrupt);
    }

    /// <inheritdoc/>
    public void SignalConfiguration()
    {
        // The status tells of a change also when a message is sent (section 4.1.4.5.1).
        Raise(ConfigurationInterrupt);
        if (UsesMessages)
        {
            Table.Signal(_configurationVector);
        }
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        base.Save(writer);
        writer.Section($"{Name}:transport", 1);
        writer.Write((uint)_configurationVector);
        foreach (ushort vector in _queueVectors)
        {
            writer.Write((uint)vector);
        }

        writer.Write(_deviceFeaturesSelect);
        writer.Write(_driverFeaturesSelect);
        writer.Write((uint)_queueSelect);
        writer.Write(_interruptStatus);
        _device.Save(writer);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        base.Load(reader);
        _ = reader.Section($"{Name}:transport", 1);
        _configurationVector = (ushort)reader.ReadUInt32();
        foreach (ref ushort vector in _queueVectors.AsSpan())
        {
            vector = (ushort)reader.ReadUInt32();
        }

        _deviceFeaturesSelect = reader.ReadUInt32();
        _driverFeaturesSelect = reader.ReadUInt32();
        _queueSelect = (ushort)reader.ReadUInt32();
        _interruptStatus = reader.ReadByte();
        _device.Load(reader);
    }

    /// <inheritdoc/>
    public void Dispose() => _backend.Dispose();

    /// <inheritdoc/>
    internal override bool IsConfigurationPollable(int offset) => offset < _accessCapability || offset >= _accessCapability + AccessCapabilityLength;

    /// <inheritdoc/>
    private protected override void OnConfigurationReading(int offset, int size) => LoadAccessData(offset, size);

    /// <inheritdoc/>
    protected override void OnConfigurationWritten(int offset, int size)
    {
        base.OnConfigurationWritten(offset, size);
        StoreAccessData(offset, size);
    }

    // Transitional devices have ids of their own for the types that the legacy interface knew, and their type as subsystem (section 4.1.2).
    private static ushort LegacyIdOf(VirtioDeviceType type) => type switch
    {
        VirtioDeviceType.Network => 0x1000,
        VirtioDeviceType.Block => 0x1001,
        VirtioDeviceType.Balloon => 0x1002,
        VirtioDeviceType.Console => 0x1003,
        VirtioDeviceType.Entropy => 0x1005,
        VirtioDeviceType.Share => 0x1009,
        _ => 0,
    };

    private static PciIdentity IdentityOf(VirtioDeviceType type, bool isTransitional)
    {
        ushort legacy = LegacyIdOf(type);
        if (isTransitional && legacy == 0)
        {
            throw new ArgumentException($"a {type} device has no legacy interface", nameof(isTransitional));
        }

        uint classCode = type switch
        {
            VirtioDeviceType.Network => 0x02_0000,
            VirtioDeviceType.Block => 0x01_0000,
            VirtioDeviceType.Console => 0x07_8000,
            _ => 0xff_0000,
        };
        return isTransitional
            ? new PciIdentity(VirtioVendor, legacy, classCode, Revision: 0, VirtioVendor, (ushort)type)
            : new PciIdentity(VirtioVendor, (ushort)(0x1040 + type), classCode, Revision: 1, VirtioVendor, 0x1100);
    }

    private void AddStructure(VirtioPciCapabilityType type, uint offset, uint? multiplier = null)
    {
        // struct virtio_pci_cap behind identity and pointer (section 4.1.4).
        Span<byte> body = stackalloc byte[18];
        int length = multiplier is null ? 16 : 20;
        body[0] = (byte)length;
        body[1] = (byte)type;
        body[2] = StructureBar;
        BinaryPrimitives.WriteUInt32LittleEndian(body[6..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(body[10..], StructurePartLength);
        BinaryPrimitives.WriteUInt32LittleEndian(body[14..], multiplier ?? 0);
        _ = AddCapability(PciCapability.VendorSpecific, body[..(length - 2)]);
    }

    private BackendAnswer WriteStatus(byte value)
    {
        BackendAnswer answer = _device.WriteStatus(value);
        if (answer != BackendAnswer.Pending && value == 0)
        {
            _configurationVector = NoVector;
            Array.Fill(_queueVectors, NoVector);
            _interruptStatus = 0;
            SetInterrupt(false);
        }

        return answer;
    }

    private void Raise(byte cause)
    {
        _interruptStatus |= cause;
        SetInterrupt(true);
    }

    // Reading the status is its acknowledgement (section 4.1.4.5).
    private byte TakeInterruptStatus()
    {
        byte status = _interruptStatus;
        _interruptStatus = 0;
        SetInterrupt(false);
        return status;
    }

    // A vector that does not exist cannot be had: the driver reads that back (section 4.1.4.3.1).
    private ushort Accept(ulong vector) => vector < (ulong)Table.Vectors ? (ushort)vector : NoVector;
}
