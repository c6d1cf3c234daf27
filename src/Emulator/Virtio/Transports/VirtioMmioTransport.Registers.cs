using Emulator.Memory;
using Emulator.Virtio.Queues;
using static Emulator.Memory.RegisterAccess;

namespace Emulator.Virtio.Transports;

// The register layouts of the standard (table 4.1 in section 4.2.2) and of the legacy interface (section 4.2.4).
internal sealed partial class VirtioMmioTransport
{
    private const uint MagicValue = 0x7472_6976; // "virt"
    private const uint VendorId = 0x554d_4551; // "QEMU": guests know it
    private const uint UsedBufferInterrupt = 1;
    private const uint ConfigurationChangeInterrupt = 2;
    private const uint DefaultQueueAlign = 4096;
    private const uint NoQueue = uint.MaxValue;
    private const ulong QueueNotifyOffset = 0x050;

    private static readonly RegisterTable<VirtioMmioTransport> s_modernRegisters = AddCommon(new RegisterTable<VirtioMmioTransport>(ConfigurationOffset), version: 2)
        .Add(0x034, "QueueSizeMax", ReadOnly, (d, _) => d.QueueSizeMax)
        .Add(0x038, "QueueSize", WriteOnly, write: (d, _, v) => d.WriteQueueSize(v))
        .Add(0x044, "QueueReady", ReadWrite, (d, _) => d.QueueReady, (d, _, v) => d.WriteQueueReady(v))
        .Add(0x080, "QueueDescLow", WriteOnly, write: (d, _, v) => d.ChangeQueue(v, static (s, v) => s with { DescriptorArea = WithLow(s.DescriptorArea, v) }))
        .Add(0x084, "QueueDescHigh", WriteOnly, write: (d, _, v) => d.ChangeQueue(v, static (s, v) => s with { DescriptorArea = WithHigh(s.DescriptorArea, v) }))
        .Add(0x090, "QueueDriverLow", WriteOnly, write: (d, _, v) => d.ChangeQueue(v, static (s, v) => s with { DriverArea = WithLow(s.DriverArea, v) }))
        .Add(0x094, "QueueDriverHigh", WriteOnly, write: (d, _, v) => d.ChangeQueue(v, static (s, v) => s with { DriverArea = WithHigh(s.DriverArea, v) }))
        .Add(0x0a0, "QueueDeviceLow", WriteOnly, write: (d, _, v) => d.ChangeQueue(v, static (s, v) => s with { DeviceArea = WithLow(s.DeviceArea, v) }))
        .Add(0x0a4, "QueueDeviceHigh", WriteOnly, write: (d, _, v) => d.ChangeQueue(v, static (s, v) => s with { DeviceArea = WithHigh(s.DeviceArea, v) }))
        .Add(0x0ac, "SHMSel", WriteOnly, write: (d, _, v) => d._sharedMemorySelect = v)
        .Add(0x0b0, "SHMLenLow", ReadOnly, (d, _) => (uint)d.SharedMemory.Length)
        .Add(0x0b4, "SHMLenHigh", ReadOnly, (d, _) => (uint)(d.SharedMemory.Length >> 32))
        .Add(0x0b8, "SHMBaseLow", ReadOnly, (d, _) => (uint)d.SharedMemory.Base)
        .Add(0x0bc, "SHMBaseHigh", ReadOnly, (d, _) => (uint)(d.SharedMemory.Base >> 32))
        .Add(0x0c0, "QueueReset", ReadWrite, (d, _) => d.QueueReset, (d, _, v) => d.WriteQueueReset(v))
        .Add(0x0fc, "ConfigGeneration", ReadOnly, (d, _) => d._device.ConfigurationGeneration);

    private static readonly RegisterTable<VirtioMmioTransport> s_legacyRegisters = AddCommon(new RegisterTable<VirtioMmioTransport>(ConfigurationOffset), version: 1)
        .Add(0x028, "GuestPageSize", WriteOnly, write: (d, _, v) => d._guestPageSize = v)
        .Add(0x034, "QueueNumMax", ReadOnly, (d, _) => d.QueueSizeMax)
        .Add(0x038, "QueueNum", WriteOnly, write: (d, _, v) => d.WriteQueueSize(v))
        .Add(0x03c, "QueueAlign", WriteOnly, write: (d, _, v) => d._queueAlign = v)
        .Add(0x040, "QueuePFN", ReadWrite, (d, _) => d.QueuePfn, (d, _, v) => d.WriteQueuePfn(v));

    /// <summary>The registers of one version, for documentation and tests.</summary>
    public static RegisterTable<VirtioMmioTransport> RegistersOf(VirtioMmioVersion version) =>
        version == VirtioMmioVersion.Legacy ? s_legacyRegisters : s_modernRegisters;

    private static RegisterTable<VirtioMmioTransport> AddCommon(RegisterTable<VirtioMmioTransport> table, uint version) => table
        .Add(0x000, "MagicValue", ReadOnly, (_, _) => MagicValue, reset: MagicValue)
        .Add(0x004, "Version", ReadOnly, (_, _) => version, reset: version)
        .Add(0x008, "DeviceID", ReadOnly, (d, _) => d._device.DeviceId)
        .Add(0x00c, "VendorID", ReadOnly, (d, _) => d.Vendor, reset: VendorId)
        .Add(0x010, "DeviceFeatures", ReadOnly, (d, _) => d.DeviceFeatures)
        .Add(0x014, "DeviceFeaturesSel", WriteOnly, write: (d, _, v) => d._deviceFeaturesSelect = v)
        .Add(0x020, "DriverFeatures", WriteOnly, write: (d, _, v) => d.WriteDriverFeatures(v))
        .Add(0x024, "DriverFeaturesSel", WriteOnly, write: (d, _, v) => d._driverFeaturesSelect = v)
        .Add(0x030, "QueueSel", WriteOnly, write: (d, _, v) => d._queueSelect = v)
        .Add((int)QueueNotifyOffset, "QueueNotify", ReadWrite, (d, _) => d.HasDoorbells ? d._messages!.Doorbells : 0, write: (d, _, v) => d.Notify(v))
        .Add(0x060, "InterruptStatus", ReadOnly, (d, _) => d._interruptStatus)
        .Add(0x064, "InterruptACK", WriteOnly, write: (d, _, v) => d.AcknowledgeInterrupt(v))
        .Add(0x070, "Status", ReadWrite, (d, _) => (uint)d._device.Status, (d, _, v) => d._isPending |= d.WriteStatus(v) == BackendAnswer.Pending);

    private bool HasQueue => _device.HasQueue(_queueSelect);

    private int Queue => (int)_queueSelect;

    private uint DeviceFeatures => _deviceFeaturesSelect > 1 ? 0 : (uint)(_device.DeviceFeatures >> (32 * (int)_deviceFeaturesSelect));

    private uint QueueSizeMax => HasQueue ? (uint)_backend.QueueSizes[Queue] : 0;

    private uint QueueReady => HasQueue && _device.IsQueueReady(Queue) ? 1u : 0;

    private uint QueueReset => _queueBeingReset == _queueSelect && HasQueue ? 1u : 0;

    // A region that does not exist has all ones in both registers (section 4.2.2.1).
    private VirtioSharedMemory SharedMemory =>
        _sharedMemorySelect < (uint)_device.SharedMemory.Count ? _device.SharedMemory[(int)_sharedMemorySelect] : new VirtioSharedMemory(ulong.MaxValue, ulong.MaxValue);

    private uint QueuePfn => HasQueue && _device.IsQueueReady(Queue) && _guestPageSize != 0 ? (uint)(_device.QueueSettings(Queue).DescriptorArea / _guestPageSize) : 0;

    private static ulong WithLow(ulong whole, uint low) => (whole & ~(ulong)uint.MaxValue) | low;

    private static ulong WithHigh(ulong whole, uint high) => (uint)whole | ((ulong)high << 32);

    private void WriteDriverFeatures(uint value)
    {
        // The legacy interface has but one word that counts.
        if (_version == VirtioMmioVersion.Modern || _driverFeaturesSelect == 0)
        {
            _device.WriteDriverFeatures(_driverFeaturesSelect, value);
        }
    }

    private void ChangeQueue(uint value, Func<VirtqueueSettings, uint, VirtqueueSettings> change)
    {
        if (HasQueue)
        {
            _device.SetQueue(Queue, change(_device.QueueSettings(Queue), value));
        }
    }

    // A size that cannot be is ignored, as on QEMU; one that is no power of two is found out when the queue starts.
    private void WriteQueueSize(uint value)
    {
        if (value != 0 && value <= QueueSizeMax)
        {
            ChangeQueue(value, static (s, v) => s with { Size = (int)v });
        }
    }

    private void WriteQueueReady(uint value)
    {
        if (HasQueue)
        {
            BackendAnswer answer = (value & 1) != 0 ? _device.StartQueue(Queue) : _device.StopQueue(Queue);
            _isPending |= answer == BackendAnswer.Pending;
        }
    }

    private void WriteQueueReset(uint value)
    {
        if (value != 1 || !HasQueue || !_device.Has(VirtioFeatures.RingReset))
        {
            return;
        }

        // The write waits for a back end that takes its time, so a driver that polls finds the reset done.
        bool isPending = _device.ResetQueue(Queue) == BackendAnswer.Pending;
        _queueBeingReset = isPending ? _queueSelect : NoQueue;
        _isPending |= isPending;
    }

    private void WriteQueuePfn(uint value)
    {
        if (!HasQueue)
        {
            return;
        }

        // QEMU takes 0 for the reset of the whole device; drivers write it when they go.
        if (value == 0)
        {
            _isPending |= _device.StopQueue(Queue) == BackendAnswer.Pending;
            return;
        }

        if (!_device.IsQueueReady(Queue))
        {
            _device.SetQueue(Queue, VirtqueueSettings.Legacy(_device.QueueSettings(Queue).Size, (ulong)value * _guestPageSize, _queueAlign));
            _isPending |= _device.StartQueue(Queue) == BackendAnswer.Pending;
        }
    }
}
