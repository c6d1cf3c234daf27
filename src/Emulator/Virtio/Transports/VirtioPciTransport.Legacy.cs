using System.Numerics;
using Emulator.Memory;
using Emulator.Pci;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Transports;

// The ports of the legacy interface (section 4.1.4.10). Two more registers stand before the device's configuration while MSI-X is on.
internal sealed partial class VirtioPciTransport
{
    private const int LegacyVectorsOffset = 0x14;
    private const int LegacyVectorsLength = 4;
    private const ulong LegacyPageSize = 4096;
    private const int LegacyInterruptStatusOffset = 0x13;

    private static readonly VirtioPciRegisters s_legacy = new(
        new(0x00, 4, "Device Features", d => (d.BeLegacy()._device.DeviceFeatures) & uint.MaxValue),
        new(0x04, 4, "Driver Features", d => d._device.DriverFeatures & uint.MaxValue, (d, v) => d.BeLegacy()._device.WriteDriverFeatures(0, (uint)v)),
        new(0x08, 4, "Queue Address", d => d.LegacyQueueAddress, (d, v) => d.WriteLegacyQueueAddress((uint)v)),
        new(0x0c, 2, "Queue Size", d => d.HasQueue ? (ulong)d._backend.QueueSizes[d._queueSelect] : 0),
        new(0x0e, 2, "Queue Select", d => d._queueSelect, (d, v) => d._queueSelect = (ushort)v),
        new(0x10, 2, "Queue Notify", _ => 0, (d, v) => d._device.Notify((uint)v)),
        new(0x12, 1, "Device Status", d => (ulong)d._device.Status, (d, v) => d.WriteStatusRegister((byte)v, isLegacy: true)),
        new(LegacyInterruptStatusOffset, 1, "ISR Status", d => d.TakeInterruptStatus()));

    private static readonly VirtioPciRegisters s_legacyVectors = new(
        new(0x14, 2, "Configuration Vector", d => d._configurationVector, (d, v) => d._configurationVector = d.Accept(v)),
        new(0x16, 2, "Queue Vector", d => d.HasQueue ? d._queueVectors[d._queueSelect] : NoVector, (d, v) => d.WriteQueueVector(v)));

    private int LegacyConfigurationOffset => LegacyVectorsOffset + (UsesMessages ? LegacyVectorsLength : 0);

    private ulong LegacyQueueAddress => HasQueue && _device.IsQueueReady(_queueSelect) ? Settings.DescriptorArea / LegacyPageSize : 0;

    private static ulong LegacyLength(int configurationLength) => BitOperations.RoundUpToPowerOf2((uint)(LegacyVectorsOffset + LegacyVectorsLength + configurationLength));

    // A driver of the legacy interface may read the features before it writes a status.
    private VirtioPciTransport BeLegacy()
    {
        if (_device.Status == VirtioStatus.None)
        {
            _device.IsLegacy = true;
        }

        return this;
    }

    private void WriteLegacyQueueAddress(uint page)
    {
        if (!HasQueue)
        {
            return;
        }

        if (page == 0)
        {
            _isPending |= _device.StopQueue(_queueSelect) == BackendAnswer.Pending;
        }
        else if (!_device.IsQueueReady(_queueSelect))
        {
            // The size of a legacy queue is the device's, not the driver's.
            Change(VirtqueueSettings.Legacy(_backend.QueueSizes[_queueSelect], page * LegacyPageSize, (uint)LegacyPageSize));
            _isPending |= _device.StartQueue(_queueSelect) == BackendAnswer.Pending;
        }
    }

    private BusResult ReadLegacy(in BusAccess access)
    {
        int offset = (int)access.Offset;
        return offset >= LegacyConfigurationOffset
            ? _device.ReadConfiguration((ulong)(offset - LegacyConfigurationOffset), access.Size)
            : (offset >= LegacyVectorsOffset ? s_legacyVectors : s_legacy).Read(this, offset, access.Size);
    }

    private BusStatus WriteLegacy(in BusAccess access, ulong value)
    {
        int offset = (int)access.Offset;
        if (offset >= LegacyConfigurationOffset)
        {
            return _device.WriteConfiguration((ulong)(offset - LegacyConfigurationOffset), access.Size, value);
        }

        _isPending = false;
        if (!(offset >= LegacyVectorsOffset ? s_legacyVectors : s_legacy).Write(this, offset, access.Size, value))
        {
            _unimplemented.ReportRegister(Name, access.Offset, isWrite: true);
        }

        return _isPending ? BusStatus.Pending : BusStatus.Ok;
    }

    /// <summary>What stands behind the register for the legacy interface.</summary>
    private sealed class LegacyPorts(VirtioPciTransport transport) : IPciRegion
    {
        public BusResult Read(in BusAccess access) => transport.ReadLegacy(access);

        public BusStatus Write(in BusAccess access, ulong value) => transport.WriteLegacy(access, value);

        public bool IsPollable(in BusAccess access) =>
            access.Offset > LegacyInterruptStatusOffset || access.Offset + (ulong)access.Size <= LegacyInterruptStatusOffset;
    }
}
