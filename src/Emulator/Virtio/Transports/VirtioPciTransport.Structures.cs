using Emulator.Memory;
using Emulator.Pci;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Transports;

// The structures of the standard, each in a page of its own, as on QEMU.
internal sealed partial class VirtioPciTransport
{
    private const uint StructurePartLength = 0x1000;
    private const uint CommonOffset = 0x0000;
    private const uint InterruptStatusOffset = 0x1000;
    private const uint DeviceConfigurationOffset = 0x2000;
    private const uint NotificationsOffset = 0x3000;
    private const ulong StructureLength = 0x4000;
    private const uint NotificationMultiplier = 4;

    // struct virtio_pci_common_cfg (section 4.1.4.3).
    private static readonly VirtioPciRegisters s_common = new(
        new(0x00, 4, "device_feature_select", d => d._deviceFeaturesSelect, (d, v) => d._deviceFeaturesSelect = (uint)v),
        new(0x04, 4, "device_feature", d => d._deviceFeaturesSelect > 1 ? 0 : (uint)(d._device.DeviceFeatures >> (32 * (int)d._deviceFeaturesSelect))),
        new(0x08, 4, "driver_feature_select", d => d._driverFeaturesSelect, (d, v) => d._driverFeaturesSelect = (uint)v),
        new(0x0c, 4, "driver_feature", d => d._driverFeaturesSelect > 1 ? 0 : (uint)(d._device.DriverFeatures >> (32 * (int)d._driverFeaturesSelect)), (d, v) => d._device.WriteDriverFeatures(d._driverFeaturesSelect, (uint)v)),
        new(0x10, 2, "config_msix_vector", d => d._configurationVector, (d, v) => d._configurationVector = d.Accept(v)),
        new(0x12, 2, "num_queues", d => (ulong)d._backend.QueueSizes.Count),
        new(0x14, 1, "device_status", d => (ulong)d._device.Status, (d, v) => d.WriteStatusRegister((byte)v, isLegacy: false)),
        new(0x15, 1, "config_generation", d => (byte)d._device.ConfigurationGeneration),
        new(0x16, 2, "queue_select", d => d._queueSelect, (d, v) => d._queueSelect = (ushort)v),
        new(0x18, 2, "queue_size", d => d.HasQueue ? (ulong)d.Settings.Size : 0, (d, v) => d.WriteQueueSize(v)),
        new(0x1a, 2, "queue_msix_vector", d => d.HasQueue ? d._queueVectors[d._queueSelect] : NoVector, (d, v) => d.WriteQueueVector(v)),
        new(0x1c, 2, "queue_enable", d => d.HasQueue && d._device.IsQueueReady(d._queueSelect) ? 1u : 0, (d, v) => d.WriteQueueEnable(v)),
        new(0x1e, 2, "queue_notify_off", d => d.HasQueue ? d._queueSelect : 0u),
        new(0x20, 8, "queue_desc", d => d.HasQueue ? d.Settings.DescriptorArea : 0, (d, v) => d.Change(d.Settings with { DescriptorArea = v })),
        new(0x28, 8, "queue_driver", d => d.HasQueue ? d.Settings.DriverArea : 0, (d, v) => d.Change(d.Settings with { DriverArea = v })),
        new(0x30, 8, "queue_device", d => d.HasQueue ? d.Settings.DeviceArea : 0, (d, v) => d.Change(d.Settings with { DeviceArea = v })),
        new(0x38, 2, "queue_notif_config_data", d => d.HasQueue ? d._queueSelect : 0u),
        new(0x3a, 2, "queue_reset", _ => 0, (d, v) => d.WriteQueueReset(v)));

    /// <summary>The common configuration, for documentation and tests.</summary>
    public static IReadOnlyList<VirtioPciRegister> CommonConfiguration => s_common.All;

    private bool HasQueue => _device.HasQueue(_queueSelect);

    private VirtqueueSettings Settings => HasQueue ? _device.QueueSettings(_queueSelect) : default;

    private void Change(in VirtqueueSettings settings)
    {
        if (HasQueue && !_device.IsQueueReady(_queueSelect))
        {
            _device.SetQueue(_queueSelect, settings);
        }
    }

    private void WriteStatusRegister(byte value, bool isLegacy)
    {
        if (_device.Status == VirtioStatus.None)
        {
            _device.IsLegacy = isLegacy;
        }

        _isPending |= WriteStatus(value) == BackendAnswer.Pending;
    }

    private void WriteQueueSize(ulong value)
    {
        if (HasQueue && value != 0 && value <= (ulong)_backend.QueueSizes[_queueSelect])
        {
            Change(Settings with { Size = (int)value });
        }
    }

    private void WriteQueueVector(ulong value)
    {
        if (HasQueue)
        {
            _queueVectors[_queueSelect] = Accept(value);
        }
    }

    // A driver must not write 0 (section 4.1.4.3.2): queues stop by a reset.
    private void WriteQueueEnable(ulong value)
    {
        if (HasQueue && value == 1)
        {
            _isPending |= _device.StartQueue(_queueSelect) == BackendAnswer.Pending;
        }
    }

    private void WriteQueueReset(ulong value)
    {
        if (HasQueue && value == 1 && _device.Has(VirtioFeatures.RingReset))
        {
            _isPending |= _device.ResetQueue(_queueSelect) == BackendAnswer.Pending;
        }
    }

    private BusResult ReadStructure(in BusAccess access)
    {
        uint part = (uint)access.Offset & ~(StructurePartLength - 1);
        int offset = (int)(access.Offset - part);
        return part switch
        {
            CommonOffset => s_common.Read(this, offset, access.Size),
            InterruptStatusOffset => offset == 0 ? TakeInterruptStatus() : 0ul,
            DeviceConfigurationOffset => _device.ReadConfiguration((ulong)offset, access.Size),
            _ => 0,
        };
    }

    private BusStatus WriteStructure(in BusAccess access, ulong value)
    {
        uint part = (uint)access.Offset & ~(StructurePartLength - 1);
        int offset = (int)(access.Offset - part);
        _isPending = false;
        switch (part)
        {
            case CommonOffset:
                if (!s_common.Write(this, offset, access.Size, value))
                {
                    _unimplemented.ReportRegister(Name, access.Offset, isWrite: true);
                }

                break;
            case DeviceConfigurationOffset:
                return _device.WriteConfiguration((ulong)offset, access.Size, value);
            case NotificationsOffset:
                _device.Notify((uint)offset / NotificationMultiplier);
                break;
        }

        return _isPending ? BusStatus.Pending : BusStatus.Ok;
    }

    /// <summary>What stands behind the register for the structures.</summary>
    private sealed class Structures(VirtioPciTransport transport) : IPciRegion
    {
        public BusResult Read(in BusAccess access) => transport.ReadStructure(access);

        public BusStatus Write(in BusAccess access, ulong value) => transport.WriteStructure(access, value);

        // Only the interrupt status has a side effect.
        public bool IsPollable(in BusAccess access) => (access.Offset & ~(ulong)(StructurePartLength - 1)) != InterruptStatusOffset;
    }
}
