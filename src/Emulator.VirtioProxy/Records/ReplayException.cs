using Emulator.Timing;

namespace Emulator.VirtioProxy.Records;

/// <summary>A guest does not do what it did when its back end was recorded. Thrown by the machine's run, at the first instruction boundary after that.</summary>
public sealed class ReplayException : EmulatorException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what differs, and where.</param>
    internal ReplayException(string message)
        : base(message)
    {
    }

    /// <summary>The device's name.</summary>
    public string Device { get; internal init; } = "";

    /// <summary>The queue, or null when it is none of a queue's requests that differs.</summary>
    public int? Queue { get; internal init; }

    /// <summary>Which request of the queue it is, from 1 on; 0 when it is none.</summary>
    public long Request { get; internal init; }

    /// <summary>When it was found.</summary>
    public VirtualTime Time { get; internal init; }

    /// <summary>When the record has it.</summary>
    public VirtualTime RecordedTime { get; internal init; }

    /// <summary>The first byte that differs, of what the device reads of the request, or of the message (docs/virtio-proxy.md, section 9); null when something else differs.</summary>
    public int? Offset { get; internal init; }

    /// <summary>The bytes from there on, in this run.</summary>
    public ReadOnlyMemory<byte> Bytes { get; internal init; }

    /// <summary>The bytes from there on, in the record.</summary>
    public ReadOnlyMemory<byte> RecordedBytes { get; internal init; }
}
