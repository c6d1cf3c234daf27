namespace Emulator.Virtio;

/// <summary>The device in front of a back end. Machine's thread only.</summary>
internal interface IVirtioBackendHost
{
    /// <summary>Counts for statistics.</summary>
    VirtioCounters Counters { get; }

    /// <summary>Who wants to hear of requests, or null.</summary>
    VirtioTrace? Trace { get; }

    /// <summary>Buffers were used, and the driver wants to hear of it.</summary>
    /// <param name="queue">The queue's index.</param>
    void BuffersUsed(int queue);

    /// <summary>The configuration space has changed without the driver's doing.</summary>
    void ConfigurationChanged();

    /// <summary>The back end cannot go on: the driver has made a mistake, or the peer is gone.</summary>
    void NeedsReset();
}
