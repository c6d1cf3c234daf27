using Emulator.Debugging;

namespace Emulator.Virtio;

/// <summary>What a device has done. Statistics, no state: a guest sees none of it.</summary>
/// <param name="queues">Number of queues.</param>
internal sealed class VirtioCounters(int queues)
{
    /// <summary>How long requests took.</summary>
    public RequestLatencies Latencies { get; } = new(queues);

    /// <summary>Requests that the back end has served.</summary>
    public long Requests { get; set; }

    /// <summary>Bytes read from and written to the buffers of these requests.</summary>
    public long Bytes { get; set; }

    /// <summary>Notifications by the driver.</summary>
    public long Notifications { get; set; }

    /// <summary>Interrupts to the driver.</summary>
    public long Interrupts { get; set; }

    /// <summary>Times that used buffers caused no interrupt, because the driver wanted none.</summary>
    public long SuppressedInterrupts { get; set; }

    /// <summary>Times that the driver made a mistake which the device cannot get over without a reset.</summary>
    public long Faults { get; set; }

    /// <summary>All that are numbers, by name.</summary>
    public SortedDictionary<string, long> ToDictionary() => new(StringComparer.Ordinal)
    {
        ["bytes"] = Bytes,
        ["faults"] = Faults,
        ["interrupts"] = Interrupts,
        ["notifications"] = Notifications,
        ["requests"] = Requests,
        ["suppressedInterrupts"] = SuppressedInterrupts,
    };
}
