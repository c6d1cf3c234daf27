namespace Emulator.VirtioProxy;

/// <summary>How long a side of virtio-proxy waits, and how it talks.</summary>
public sealed record ProxyOptions
{
    /// <summary>The host's time in which a request must be answered, or the peer counts as lost. 5 s unless given.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The host's time after which a front end gives a lost back end up, and tells the guest that the device needs a reset. 10 s unless given.</summary>
    public TimeSpan LossTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock by which it is measured.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How requests travel; it is the front end's choice.</summary>
    public ProxyMemory Memory { get; init; }

    /// <summary>The longest message that is agreed to, in bytes, 264 to 65535.</summary>
    public int LongestMessage { get; init; } = ushort.MaxValue;

    /// <summary>Certificates for TLS over TCP, or null: then only loopback addresses are taken. Unix sockets have the rights of their file instead.</summary>
    public ProxyTls? Tls { get; init; }

    /// <summary>
    /// A front end's record: the file to which all goes that passes between guest and back end, or null. Each machine that is built begins it anew. See <see cref="ProxyMachineBuilderExtensions.WithVirtioProxyReplay"/>.
    /// </summary>
    public string? RecordFile { get; init; }

    /// <summary>
    /// True to have requests travel as messages within one process, too, as they do between processes, and always when a record is made. Unless told so, a server of the same process works on the guest's memory as the machine's own devices do.
    /// </summary>
    public bool UsesMessages { get; init; }

    /// <summary>What goes wrong between this front end and its back end, or null. Requests travel as messages then.</summary>
    public Faults.FaultPlan? Faults { get; init; }

    /// <summary>Bytes of writes to a disk that a front end keeps at most until a back end has flushed them; 0 for a back end that cannot be lost.</summary>
    internal int UnflushedBytes { get; init; } = Unflushed.UnflushedWrites.UsualCapacity;
}
