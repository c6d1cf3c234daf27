using Emulator.Virtio.Transports;

namespace Emulator.Virtio;

/// <summary>What can be chosen about all virtio devices of a machine.</summary>
public sealed record VirtioOptions
{
    /// <summary>Which interface the virtio-mmio transports have.</summary>
    public VirtioMmioVersion MmioVersion { get; init; }

    /// <summary>Offer packed rings too. Drivers that know them then use them; only with <see cref="VirtioMmioVersion.Modern"/>.</summary>
    public bool PackedRings { get; init; }

    /// <summary>Offer VIRTIO_F_IN_ORDER: requests of a queue are completed in the order in which they were made, as they always are here. Only with <see cref="VirtioMmioVersion.Modern"/>.</summary>
    public bool InOrder { get; init; }

    /// <summary>Offer VIRTIO_F_NOTIFICATION_DATA: drivers then tell with a notification how far they have come. Only with <see cref="VirtioMmioVersion.Modern"/>.</summary>
    public bool NotificationData { get; init; }

    /// <summary>
    /// With message-signalled interrupts of version 2: true for the mode in which a driver maps events to vectors, false for a fixed vector for each event.
    /// </summary>
    public bool SharesMessageVectors { get; init; } = true;

    /// <summary>
    /// Virtual time between a request's execution and its completion. Zero, as it is unless said otherwise, makes the driver find its requests done when it has notified the device.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan Latency
    {
        get;
        init => field = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "a latency is not negative");
    }
}
