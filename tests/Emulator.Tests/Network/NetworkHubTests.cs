using Emulator.Network;
using Emulator.Timing;

namespace Emulator.Tests.Network;

public class NetworkHubTests
{
    private readonly List<Machine> _machines = [];

    [TearDown]
    public void DisposeMachines()
    {
        _machines.ForEach(machine => machine.Dispose());
        _machines.Clear();
    }

    [Test]
    public void FrameReachesAllOthersALatencyLater()
    {
        var hub = new NetworkHub(latency: 1000);
        Station[] stations = [Join(hub), Join(hub), Join(hub)];

        stations[1].Send(7);
        Assert.That(hub.Run(new VirtualTime(5000)), Is.EqualTo(StopReason.MaxVirtualTime));

        Assert.That(stations[0].Received, Is.EqualTo(new[] { (1000L, (byte)7) }));
        Assert.That(stations[1].Received, Is.Empty);
        Assert.That(stations[2].Received, Is.EqualTo(new[] { (1000L, (byte)7) }));
        Assert.That(hub.Now, Is.EqualTo(new VirtualTime(5000)));
    }

    [Test]
    public void PortIsOneDevices()
    {
        INetworkLink port = new NetworkHub().CreatePort();
        port.Connect(new Station(), null!, "net0");
        Assert.That(() => port.Connect(new Station(), null!, "net1"), Throws.InvalidOperationException);
    }

    private Station Join(NetworkHub hub)
    {
        Machine machine = GuestMachine.Create(new GuestAssembler().Stop());
        _machines.Add(machine);
        var port = (NetworkHubPort)hub.CreatePort();
        var station = new Station { Port = port, Clock = machine.Clock };
        port.Connect(station, machine.Clock, "net0");
        port.Attach(machine);
        return station;
    }

    private sealed class Station : INetworkAdapter
    {
        public INetworkLink? Port { get; init; }

        public IMachineClock? Clock { get; init; }

        public List<(long Time, byte Value)> Received { get; } = [];

        public void Send(byte value) => Port!.Transmit([value]);

        public void Receive(ReadOnlySpan<byte> frame) => Received.Add((Clock!.Now.Nanoseconds, frame[0]));
    }
}
