namespace Emulator.Virtio.Transports;

/// <summary>The structures that a virtio device on PCI points to (virtio 1.3, section 4.1.4).</summary>
internal enum VirtioPciCapabilityType : byte
{
    /// <summary>VIRTIO_PCI_CAP_COMMON_CFG.</summary>
    CommonConfiguration = 1,

    /// <summary>VIRTIO_PCI_CAP_NOTIFY_CFG.</summary>
    Notifications = 2,

    /// <summary>VIRTIO_PCI_CAP_ISR_CFG.</summary>
    InterruptStatus = 3,

    /// <summary>VIRTIO_PCI_CAP_DEVICE_CFG.</summary>
    DeviceConfiguration = 4,

    /// <summary>VIRTIO_PCI_CAP_PCI_CFG.</summary>
    ConfigurationAccess = 5,
}
