using Emulator.Timing;

namespace Emulator.Network;

/// <summary>
/// Joins machines: a frame that one sends reaches all others a latency later. The machines share a virtual time and run in turns on the caller's thread, so that the same
/// machines always exchange the same frames at the same instants. Running any of them, or expecting something on its console, runs all; they are started at the same instant, and one that is
/// disposed is gone for the others as if it had been switched off.
/// </summary>
/// <example>
/// <code>
/// var hub = new NetworkHub();
/// using Machine one = new MachineBuilder(Board.Virt).WithVirtioNet(hub.CreatePort) ... .Build();
/// using Machine other = new MachineBuilder(Board.Virt).WithVirtioNet(hub.CreatePort) ... .Build();
/// one.Console.Expect("# ").SendLine("ping -c 1 10.0.0.2").Expect("1 packets received"); // the other one runs along
/// </code>
/// </example>
public sealed class NetworkHub
{
    private readonly List<NetworkHubPort> _ports = [];

    /// <summary>The usual latency, in nanoseconds.</summary>
    public const long DefaultLatency = 100_000;

    /// <summary>Creates a hub without ports.</summary>
    /// <param name="latency">How long a frame travels, in nanoseconds, at least 1. Machines take turns that often while they are busy.</param>
    /// <exception cref="ArgumentOutOfRangeException">The latency is less than 1.</exception>
    public NetworkHub(long latency = DefaultLatency)
    {
        Domain = new ClockDomain(latency);
    }

    /// <summary>The instant that all machines have reached.</summary>
    public VirtualTime Now => Domain.Now;

    /// <summary>Frames that were lost because a machine sent more than a port carries: 8192 frames and 16 MiB in each latency.</summary>
    public long LostFrames => _ports.Sum(port => port.LostFrames);

    /// <summary>The machines and their messages.</summary>
    internal ClockDomain Domain { get; }

    /// <summary>Creates a port for one machine, which joins the hub when it is built.</summary>
    public INetworkLink CreatePort()
    {
        var port = new NetworkHubPort(this, _ports.Count);
        _ports.Add(port);
        return port;
    }

    /// <summary>Runs all machines to an instant.</summary>
    /// <param name="until">How far.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <returns>
    /// <see cref="StopReason.MaxVirtualTime"/> at that instant; <see cref="StopReason.Requested"/> or <see cref="StopReason.Cancelled"/> when a machine was stopped, and the next run
    /// goes on from there; what ended the last machine when none is left; <see cref="StopReason.LockUp"/> when all wait for one another.
    /// </returns>
    public StopReason Run(VirtualTime until, CancellationToken cancellation = default) => Domain.Run(until, cancellation: cancellation);
}
