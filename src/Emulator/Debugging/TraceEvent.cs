using Emulator.Timing;

namespace Emulator.Debugging;

/// <summary>Something that happened in a machine.</summary>
public readonly record struct TraceEvent
{
    /// <summary>The source of what the machine as a whole has done.</summary>
    public const string MachineSource = "machine";

    /// <summary>What it tells of.</summary>
    public required TraceEventKind Kind { get; init; }

    /// <summary>When it happened; of what takes time: when it ended.</summary>
    public required VirtualTime Time { get; init; }

    /// <summary>The device's name, or <see cref="MachineSource"/>.</summary>
    public required string Source { get; init; }

    /// <summary>The virtqueue's index; null when it is about none.</summary>
    public int? Queue { get; init; }

    /// <summary>Of a request: when the notification, or the input, came that announced it.</summary>
    public VirtualTime Announced { get; init; }

    /// <summary>Of a request: when it was executed. Of idle time: when it began.</summary>
    public VirtualTime Started { get; init; }

    /// <summary>Of a request: nanoseconds of host time from its announcement to its completion; null when nobody measures them, see <see cref="MachineBuilder.WithHostLatency"/>.</summary>
    public long? HostNanoseconds { get; init; }

    /// <summary>Of a request: its head in a split ring, its buffer's id in a packed one.</summary>
    public ushort Head { get; init; }

    /// <summary>Of a request: bytes that the device has read of it.</summary>
    public long BytesRead { get; init; }

    /// <summary>Of a request: bytes that the device has written to it.</summary>
    public long BytesWritten { get; init; }

    /// <summary>More in a word: a request's type; <c>wire</c> or <c>message</c> of an interrupt; the bits of a status; what is wrong; a mark's text.</summary>
    public string? Text { get; init; }
}
