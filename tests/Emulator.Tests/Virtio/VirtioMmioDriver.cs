using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Virtio;
using Emulator.Virtio.Queues;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio;

/// <summary>A driver at a virtio-mmio transport: the register sequences of the standard, for both versions.</summary>
internal sealed class VirtioMmioDriver(IMmioDevice device, DmaView memory, VirtioMmioVersion version)
{
    public const ulong DeviceFeatures = 0x010;
    public const ulong DeviceFeaturesSel = 0x014;
    public const ulong DriverFeatures = 0x020;
    public const ulong DriverFeaturesSel = 0x024;
    public const ulong GuestPageSize = 0x028;
    public const ulong QueueSel = 0x030;
    public const ulong QueueSizeMax = 0x034;
    public const ulong QueueSize = 0x038;
    public const ulong QueueAlign = 0x03c;
    public const ulong QueuePfn = 0x040;
    public const ulong QueueReady = 0x044;
    public const ulong QueueNotify = 0x050;
    public const ulong InterruptStatus = 0x060;
    public const ulong InterruptAck = 0x064;
    public const ulong Status = 0x070;
    public const ulong QueueDescLow = 0x080;
    public const ulong QueueDriverLow = 0x090;
    public const ulong QueueDeviceLow = 0x0a0;
    public const ulong QueueReset = 0x0c0;
    public const ulong ConfigGeneration = 0x0fc;
    public const ulong Configuration = 0x100;

    private const uint PageSize = 4096;

    public ulong Features { get; private set; }

    public IMmioDevice Device => device;

    public VirtioStatus ReadStatus() => (VirtioStatus)device.Read32(Status);

    public void WriteStatus(VirtioStatus status) => device.Write32(Status, (uint)status);

    public ulong ReadDeviceFeatures()
    {
        device.Write32(DeviceFeaturesSel, 1);
        ulong features = (ulong)device.Read32(DeviceFeatures) << 32;
        device.Write32(DeviceFeaturesSel, 0);
        return features | device.Read32(DeviceFeatures);
    }

    public void WriteDriverFeatures(ulong features)
    {
        device.Write32(DriverFeaturesSel, 1);
        device.Write32(DriverFeatures, (uint)(features >> 32));
        device.Write32(DriverFeaturesSel, 0);
        device.Write32(DriverFeatures, (uint)features);
    }

    /// <summary>From the reset to FEATURES_OK, with every feature that is offered and wanted.</summary>
    public void Negotiate(ulong wanted = ulong.MaxValue)
    {
        device.Write32(Status, 0);
        WriteStatus(VirtioStatus.Acknowledge);
        WriteStatus(VirtioStatus.Acknowledge | VirtioStatus.Driver);
        Features = ReadDeviceFeatures() & wanted;
        WriteDriverFeatures(Features);
        if (version == VirtioMmioVersion.Modern)
        {
            WriteStatus(VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk);
        }
    }

    public void SetReady() => WriteStatus(ReadStatus() | VirtioStatus.DriverOk);

    /// <summary>Makes a ring and starts the queue on it.</summary>
    public VirtqueueDriver StartQueue(int index, ulong address, int size = 8)
    {
        VirtqueueDriver ring = VirtqueueDriver.Create(
            memory, address, size, (Features & VirtioFeatures.PackedRing) != 0, (Features & VirtioFeatures.EventIndex) != 0);
        StartQueue(index, ring.Settings);
        return ring;
    }

    public void StartQueue(int index, VirtqueueSettings settings)
    {
        device.Write32(QueueSel, (uint)index);
        device.Write32(QueueSize, (uint)settings.Size);
        if (version == VirtioMmioVersion.Legacy)
        {
            device.Write32(GuestPageSize, PageSize);
            device.Write32(QueueAlign, PageSize);
            device.Write32(QueuePfn, (uint)(settings.DescriptorArea / PageSize));
            return;
        }

        WriteAddress(QueueDescLow, settings.DescriptorArea);
        WriteAddress(QueueDriverLow, settings.DriverArea);
        WriteAddress(QueueDeviceLow, settings.DeviceArea);
        device.Write32(QueueReady, 1);
    }

    public void Notify(int index) => device.Write32(QueueNotify, (uint)index);

    private void WriteAddress(ulong register, ulong address)
    {
        device.Write32(register, (uint)address);
        device.Write32(register + 4, (uint)(address >> 32));
    }
}
