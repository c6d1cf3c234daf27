using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio;

/// <summary>
/// What stands behind a virtio device, at the level at which vhost-user and virtio-msg work: it offers features and a configuration, is told where the queues are and when to look at
/// them, walks the rings itself and says when it has used something. It knows no transport. Models in this process and peers outside of it are back ends alike.
/// All calls come on the machine's thread, and none may wait: what takes time is answered with <see cref="BackendAnswer.Pending"/> and asked again.
/// </summary>
internal interface IVirtioBackend : ISnapshotState, IDisposable
{
    /// <summary>What kind of device it is.</summary>
    VirtioDeviceType DeviceType { get; }

    /// <summary>The features that it offers: of its device type, and of rings (<see cref="VirtioFeatures.Rings"/>). The transport adds its own.</summary>
    ulong Features { get; }

    /// <summary>Largest size of each queue (Queue Size Max), 1 to <see cref="VirtqueueSettings.LargestSize"/>.</summary>
    IReadOnlyList<int> QueueSizes { get; }

    /// <summary>Length of the configuration space in bytes.</summary>
    int ConfigurationLength { get; }

    /// <summary>True when a driver of before the standard can use the device, where the transport and the device's type have an interface for it.</summary>
    bool HasLegacyInterface => true;

    /// <summary>Regions of memory that driver and device share, by their ids.</summary>
    IReadOnlyList<VirtioSharedMemory> SharedMemory => [];

    /// <summary>Connects the device, once, before anything else is asked.</summary>
    /// <param name="host">Who hears of what the back end has done.</param>
    void Connect(IVirtioBackendHost host);

    /// <summary>Reads the configuration space.</summary>
    /// <param name="offset">First byte; the range lies inside.</param>
    /// <param name="destination">Where to.</param>
    BackendAnswer ReadConfiguration(int offset, Span<byte> destination);

    /// <summary>Writes the configuration space. What cannot be written stays as it is.</summary>
    /// <param name="offset">First byte; the range lies inside.</param>
    /// <param name="source">The bytes.</param>
    BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source);

    /// <summary>Tells the features that driver and device agree on. They hold until <see cref="Reset"/>.</summary>
    /// <param name="features">A subset of what was offered, with those of the transport.</param>
    BackendAnswer SetFeatures(ulong features);

    /// <summary>Tells the device status after the driver has changed it; with <see cref="VirtioStatus.DriverOk"/> work begins, also on queues that were started and notified before.</summary>
    /// <param name="status">The status, not zero.</param>
    BackendAnswer SetStatus(VirtioStatus status);

    /// <summary>Starts a queue at the first entry of its ring.</summary>
    /// <param name="queue">The queue's index.</param>
    /// <param name="settings">Where it is, as the driver wrote it: unchecked.</param>
    BackendAnswer StartQueue(int queue, VirtqueueSettings settings);

    /// <summary>Stops a queue: nothing of it is used any more when this is done.</summary>
    /// <param name="queue">The queue's index.</param>
    BackendAnswer StopQueue(int queue);

    /// <summary>The driver has made something available.</summary>
    /// <param name="queue">The queue's index; it has been started, and the driver is ready.</param>
    void Kick(int queue);

    /// <summary>Puts everything back to its state before the driver came: features, status and queues.</summary>
    BackendAnswer Reset();
}
