namespace Emulator.Virtio;

/// <summary>Feature bits that no single device type owns (virtio 1.3, section 6, and section 6.3 of the legacy interface).</summary>
internal static class VirtioFeatures
{
    /// <summary>VIRTIO_F_ANY_LAYOUT: the device makes no assumptions on how a request is cut into descriptors. Legacy only.</summary>
    public const ulong AnyLayout = 1UL << 27;

    /// <summary>VIRTIO_F_INDIRECT_DESC: a descriptor may refer to a table of descriptors.</summary>
    public const ulong IndirectDescriptors = 1UL << 28;

    /// <summary>VIRTIO_F_EVENT_IDX: each side says from which entry on it wants to be notified.</summary>
    public const ulong EventIndex = 1UL << 29;

    /// <summary>VIRTIO_F_VERSION_1: the device follows the standard.</summary>
    public const ulong Version1 = 1UL << 32;

    /// <summary>VIRTIO_F_RING_PACKED: packed rings.</summary>
    public const ulong PackedRing = 1UL << 34;

    /// <summary>VIRTIO_F_IN_ORDER: buffers are used in the order in which they were made available.</summary>
    public const ulong InOrder = 1UL << 35;

    /// <summary>VIRTIO_F_NOTIFICATION_DATA: a notification tells the next available entry.</summary>
    public const ulong NotificationData = 1UL << 38;

    /// <summary>VIRTIO_F_RING_RESET: a queue can be reset by itself.</summary>
    public const ulong RingReset = 1UL << 40;

    /// <summary>The features that <see cref="Queues.Virtqueue"/> knows; a device offers all or some of them.</summary>
    public const ulong Rings = IndirectDescriptors | EventIndex | PackedRing | InOrder | NotificationData | RingReset;

    /// <summary>Bits 24 to 40, which no device type owns.</summary>
    public const ulong Reserved = 0x1ff_ff00_0000;
}
