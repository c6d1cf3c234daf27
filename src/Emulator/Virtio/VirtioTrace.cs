using Emulator.Debugging;
using Emulator.Timing;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio;

/// <summary>Tells what a virtio device does to who listens. Without a listener there is none of it.</summary>
/// <param name="sink">Who listens.</param>
/// <param name="device">The device's name.</param>
/// <param name="clock">The machine's clock.</param>
internal sealed class VirtioTrace(ITraceSink sink, string device, IMachineClock clock)
{
    /// <summary>A request is completed.</summary>
    /// <param name="queue">Its queue.</param>
    /// <param name="request">The request.</param>
    /// <param name="type">Its type.</param>
    /// <param name="hostNanoseconds">How long it took, or null.</param>
    public void Completed(int queue, in ServedRequest request, string type, long? hostNanoseconds) => sink.Record(About(TraceEventKind.Request, queue, type) with
    {
        Announced = request.Announced,
        Started = request.Started,
        HostNanoseconds = hostNanoseconds,
        Head = request.Element.Id,
        BytesRead = request.BytesRead,
        BytesWritten = request.Element.Written,
    });

    /// <summary>The driver has notified the device.</summary>
    /// <param name="queue">The queue that it named, or null when there is no such queue.</param>
    public void Notified(int? queue) => sink.Record(About(TraceEventKind.Notification, queue, queue is null ? "no such queue" : null));

    /// <summary>The device has raised an interrupt.</summary>
    /// <param name="queue">The queue whose buffers were used, or null for the configuration.</param>
    /// <param name="byMessage">True when it is a message.</param>
    public void Interrupted(int? queue, bool byMessage) => sink.Record(About(TraceEventKind.Interrupt, queue, byMessage ? "message" : "wire"));

    /// <summary>The device status has changed.</summary>
    public void StatusChanged(VirtioStatus status) => sink.Record(About(TraceEventKind.DeviceStatus, null, status.ToString()));

    /// <summary>The device was reset.</summary>
    public void Reset() => sink.Record(About(TraceEventKind.DeviceReset, null, null));

    /// <summary>The driver has made a mistake with a queue.</summary>
    public void Faulted(int queue, VirtqueueFault fault) => sink.Record(About(TraceEventKind.Fault, queue, fault.ToString()));

    private TraceEvent About(TraceEventKind kind, int? queue, string? text) =>
        new() { Kind = kind, Time = clock.Now, Source = device, Queue = queue, Text = text };
}
