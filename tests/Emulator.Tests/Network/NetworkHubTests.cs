using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Testing;
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

    [Test]
    public void MachineThatRunsTakesTheOthersAlong()
    {
        var hub = new NetworkHub(latency: 1000);
        Station[] stations = [Join(hub), Join(hub)];
        stations[0].Send(7);

        Assert.That(_machines[1].Run(new RunLimits { Until = new(5000) }), Is.EqualTo(StopReason.MaxVirtualTime));

        Assert.That(stations[1].Received, Is.EqualTo(new[] { (1000L, (byte)7) }));
        Assert.That(_machines.Select(machine => machine.Clock.Now), Is.All.EqualTo(new VirtualTime(5000)));
        Assert.That(hub.Now, Is.EqualTo(new VirtualTime(5000)));
    }

    [Test]
    public void ExpectationOnEitherConsoleRunsBoth()
    {
        var hub = new NetworkHub(latency: 1000);
        _ = Join(hub, Printer('a'));
        _ = Join(hub, Printer('b'));

        Assert.That(_machines[0].Console.Expect("a{7}").Value, Is.EqualTo("aaaaaaa"));
        Assert.That(_machines[1].Console.Expect("b{500}").Value, Has.Length.EqualTo(500));
        Assert.That(_machines[0].Console.Expect("a{400}").Value, Has.Length.EqualTo(400));
        Assert.That(_machines[0].Clock.Now.Nanoseconds, Is.EqualTo(_machines[1].Clock.Now.Nanoseconds).Within(1000));
        Assert.That(() => _machines[0].Console.Expect("b", new() { VirtualTime = TimeSpan.FromMicroseconds(100) }), Throws.TypeOf<ConsoleTimeoutException>());
    }

    [Test]
    public void EndOfTheMachineThatRunsEndsTheRunAndAnothersEndDoesNot()
    {
        var hub = new NetworkHub(latency: 1000);
        _ = Join(hub, new GuestAssembler().Load(0, 0x8400_0008).HypervisorCall().Stop());
        _ = Join(hub);
        var later = new RunLimits { Until = new(20_000) };

        Assert.That(_machines[0].Run(later), Is.EqualTo(StopReason.PowerOff));
        Assert.That(_machines[0].Run(later), Is.EqualTo(StopReason.PowerOff));
        Assert.That(_machines[1].Run(later), Is.EqualTo(StopReason.MaxVirtualTime));
        Assert.That(_machines[1].Clock.Now, Is.EqualTo(new VirtualTime(20_000)));
    }

    [Test]
    public void InstructionsThatLimitARunAreTheMachinesOwn()
    {
        var hub = new NetworkHub(latency: 1000);
        _ = Join(hub);
        _ = Join(hub);

        Assert.That(_machines[1].Run(new RunLimits { MaxInstructions = 4500 }), Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(_machines[1].RetiredInstructions, Is.EqualTo(4500));
        Assert.That(hub.Run(new VirtualTime(10_000)), Is.EqualTo(StopReason.MaxVirtualTime));
        Assert.That(_machines.Select(machine => machine.RetiredInstructions), Is.All.EqualTo(10_000));
    }

    [Test]
    public void MachineThatIsDisposedIsGoneForTheOthers()
    {
        var hub = new NetworkHub(latency: 1000);
        Station[] stations = [Join(hub), Join(hub)];
        stations[1].Send(7);
        _machines[0].Dispose();

        Assert.That(_machines[1].Run(new RunLimits { Until = new(5000) }), Is.EqualTo(StopReason.MaxVirtualTime));
        Assert.That(stations[0].Received, Is.Empty);
        Assert.That(() => _machines[0].Run(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void MachineWithTwoPortsHearsItself()
    {
        var hub = new NetworkHub(latency: 1000);
        Station first = Join(hub);
        Station second = Connect(hub, _machines[0]);

        first.Send(7);
        _ = hub.Run(new VirtualTime(5000));

        Assert.That(second.Received, Is.EqualTo(new[] { (1000L, (byte)7) }));
        Assert.That(first.Received, Is.Empty);
    }

    // What is under way takes memory of the host, and a guest can send without end.
    [TestCase(1, NetworkHubPort.MostFrames)]
    [TestCase(FrameOffload.MostFrameBytes, NetworkHubPort.MostBytes / FrameOffload.MostFrameBytes)]
    public void PortCarriesSoMuchInALatencyAndTheRestIsLost(int length, int most)
    {
        var hub = new NetworkHub(latency: 1000);
        Station[] stations = [Join(hub), Join(hub)];

        Flood(stations[0]);
        stations[1].Send(7);
        _ = hub.Run(new VirtualTime(1500));

        Assert.That(stations[1].Received, Has.Count.EqualTo(most));
        Assert.That(stations[0].Received, Is.EqualTo(new[] { (1000L, (byte)7) }), "the other one's frames are not concerned");
        Assert.That(hub.LostFrames, Is.EqualTo(10));

        Flood(stations[0]);
        _ = hub.Run(new VirtualTime(3000));

        Assert.That(stations[1].Received, Has.Count.EqualTo(2 * most));
        Assert.That(hub.LostFrames, Is.EqualTo(20));

        void Flood(Station station)
        {
            for (int i = 0; i < most + 10; i++)
            {
                station.Port!.Transmit(new byte[length]);
            }
        }
    }

    [Test]
    public void WhatAPortHasCarriedIsKeptInASnapshot()
    {
        var hub = new NetworkHub(latency: 1000);
        Station station = Join(hub);
        for (int i = 0; i <= NetworkHubPort.MostFrames; i++)
        {
            station.Send(7);
        }

        var other = new NetworkHub(latency: 1000);
        Station restored = Join(other);
        var writer = new SnapshotWriter();
        station.Port!.Save(writer);
        restored.Port!.Load(new SnapshotReader(writer.ToArray()));
        restored.Send(7);

        Assert.That(other.LostFrames, Is.EqualTo(2));
    }

    [Test]
    public void MachineIsOnOneHub()
    {
        _ = Join(new NetworkHub());

        Assert.That(() => Connect(new NetworkHub(), _machines[0]), Throws.TypeOf<EmulatorException>());
    }

    // Prints a character again and again.
    private static GuestAssembler Printer(char character)
    {
        GuestAssembler guest = new GuestAssembler().Load(1, GuestMachine.Uart).Load(2, character);
        int loop = guest.Here;
        return guest.StoreWord(2, 1).Branch(loop);
    }

    private Station Join(NetworkHub hub, GuestAssembler? guest = null)
    {
        Machine machine = GuestMachine.Create(guest ?? new GuestAssembler().Stop());
        _machines.Add(machine);
        return Connect(hub, machine);
    }

    private static Station Connect(NetworkHub hub, Machine machine)
    {
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
