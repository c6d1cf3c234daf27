namespace Emulator.Debugging;

/// <summary>How long the requests of a virtqueue took, from the notification that announced them, or the input that they had waited for, to their completion.</summary>
/// <param name="Queue">The queue's index.</param>
/// <param name="Virtual">In the machine's time: a function of the guest and of the latency that was asked for.</param>
/// <param name="Host">In the host's time, see <see cref="MachineBuilder.WithHostLatency"/>; null when nobody asked for it.</param>
public sealed record QueueLatency(int Queue, LatencySummary Virtual, LatencySummary? Host);
