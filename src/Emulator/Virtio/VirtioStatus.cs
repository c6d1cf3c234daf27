namespace Emulator.Virtio;

/// <summary>The device status field (virtio 1.3, section 2.1).</summary>
[Flags]
internal enum VirtioStatus : byte
{
    None = 0,

    /// <summary>ACKNOWLEDGE: the guest has found the device.</summary>
    Acknowledge = 1,

    /// <summary>DRIVER: the guest has a driver for it.</summary>
    Driver = 2,

    /// <summary>DRIVER_OK: the driver is ready.</summary>
    DriverOk = 4,

    /// <summary>FEATURES_OK: driver and device agree on features.</summary>
    FeaturesOk = 8,

    /// <summary>DEVICE_NEEDS_RESET: the device cannot go on.</summary>
    NeedsReset = 64,

    /// <summary>FAILED: the driver has given up.</summary>
    Failed = 128,
}
