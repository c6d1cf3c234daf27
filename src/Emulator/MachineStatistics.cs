using Emulator.Debugging;

namespace Emulator;

/// <summary>What a machine has done so far.</summary>
public sealed record MachineStatistics
{
    /// <summary>Instructions retired over all CPUs, those skipped by fast-forward included.</summary>
    public required long Instructions { get; init; }

    /// <summary>Instructions that fast-forward skipped.</summary>
    public required long Skipped { get; init; }

    /// <summary>Virtual time that has passed, in seconds.</summary>
    public required double VirtualSeconds { get; init; }

    /// <summary>The CPU engine: <c>interpreter</c>, <c>jit</c> or <c>unicorn</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>What was translated to host code.</summary>
    public TranslationStatistics Translation { get; init; } = TranslationStatistics.None;

    /// <summary>Accesses that reached a device.</summary>
    public required long MmioAccesses { get; init; }

    /// <summary>IRQ and FIQ exceptions taken over all CPUs.</summary>
    public required long Interrupts { get; init; }

    /// <summary>Encodings, system registers and device registers met that nothing implements, with counts.</summary>
    public required IReadOnlyDictionary<string, long> Undefined { get; init; }

    /// <summary>Per CPU.</summary>
    public required IReadOnlyList<CpuStatistics> Cpus { get; init; }

    /// <summary>
    /// Counters per device, by the device's name: <c>accesses</c>, and what it counts itself, for virtio <c>requests</c>, <c>bytes</c>, <c>notifications</c>, <c>interrupts</c>,
    /// <c>suppressedInterrupts</c> and <c>faults</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Devices { get; init; }

    /// <summary>How long requests to virtio devices took, by the device's name, for each queue that had any.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<QueueLatency>> Latencies { get; init; } = new SortedDictionary<string, IReadOnlyList<QueueLatency>>();
}
