using System.Security.Cryptography;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Tests.Rules;

/// <summary>
/// Design rule 7, its second half: machines on one hub share a clock domain, run in quanta no longer than the link's latency, and their messages are ordered by time,
/// port and sequence number.
/// </summary>
public sealed class Rule7SeveralMachinesTests
{
    private const long Latency = 1000;

    private readonly List<Machine> _machines = [];

    [TearDown]
    public void DisposeMachines()
    {
        _machines.ForEach(machine => machine.Dispose());
        _machines.Clear();
    }

    [Test]
    public void MessageArrivesALatencyAfterItWasSent()
    {
        (ClockDomain domain, DomainLink[] links) = Connect(Sender(40), Listener());

        Assert.That(domain.Run(new VirtualTime(50_000)), Is.EqualTo(StopReason.MaxVirtualTime));

        Assert.That(links[1].Received, Is.EqualTo(links[0].Sent.Select(m => (m.Instant.After(Latency), 0, (byte)m.Value))));
        Assert.That(links[1].Received, Has.Count.EqualTo(40));
        Assert.That(_machines.Select(machine => machine.Clock.Now), Is.All.EqualTo(new VirtualTime(50_000)));
    }

    [Test]
    public void MessagesOfOneInstantArriveByPortThenInTheOrderOfSending()
    {
        // Three machines do the same, to the instant; each sends 1, 2, 3 ...
        (ClockDomain domain, DomainLink[] links) = Connect(Sender(5), Sender(5), Sender(5), Listener());

        _ = domain.Run(new VirtualTime(20_000));

        Assert.That(links[3].Received.Select(m => (m.Source, (int)m.Value)), Is.EqualTo(Enumerable.Range(1, 5).SelectMany(i => new[] { (0, i), (1, i), (2, i) })));
        Assert.That(links[0].Received.Select(m => m.Source), Is.EqualTo(Enumerable.Repeat<int[]>([1, 2], 5).SelectMany(x => x)));
    }

    [TestCase(1)]
    [TestCase(333)]
    [TestCase(1000)]
    [TestCase(7777)]
    public void HowFarEachRunGoesChangesNothing(long step)
    {
        (ClockDomain whole, DomainLink[] expected) = Connect(Echo(first: true), Echo(first: false));
        (ClockDomain parts, DomainLink[] found) = Connect(Echo(first: true), Echo(first: false));

        _ = whole.Run(new VirtualTime(60_000));
        for (long instant = step; instant < 60_000; instant += step)
        {
            _ = parts.Run(new VirtualTime(instant));
        }

        _ = parts.Run(new VirtualTime(60_000));
        AssertSame(found, expected);
        Assert.That(expected[0].Received, Has.Count.GreaterThan(20));
    }

    [Test]
    public void StopInTheMiddleOfAQuantumChangesNothing()
    {
        (ClockDomain whole, DomainLink[] expected) = Connect(Echo(first: true), Echo(first: false));
        (ClockDomain parts, DomainLink[] found) = Connect(Echo(first: true), Echo(first: false));
        _machines[^1].Console.ByteReceived += _ => _machines[^1].RequestStop();
        _machines[^2].Console.ByteReceived += _ => _machines[^2].RequestStop();

        _ = whole.Run(new VirtualTime(60_000));
        int stops = 0;
        while (parts.Run(new VirtualTime(60_000)) == StopReason.Requested)
        {
            stops++;
        }

        AssertSame(found, expected);
        Assert.That(stops, Is.GreaterThan(20));
    }

    [Test]
    public void WaitingTogetherCostsNoInstructions()
    {
        GuestAssembler sleeper = new GuestAssembler().Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0);
        Rule1RetirementTests.EnableVirtualTimer(sleeper, compare: 62_500_000);
        _ = sleeper.WaitForInterrupt().Load(1, DomainLink.Base).Load(2, 9).StoreWord(2, 1).Stop();
        (ClockDomain domain, DomainLink[] links) = Connect(sleeper, new GuestAssembler().WaitForInterrupt().Add(5, 5, 1).Stop());

        _ = domain.Run(new VirtualTime(1_000_010_000));

        Assert.That(links[1].Received.Select(m => m.Value), Is.EqualTo([9]));
        Assert.That(links[1].Received[0].Instant, Is.EqualTo(links[0].Sent[0].Instant.After(Latency)));
        Assert.That(_machines[1].Register(5), Is.EqualTo(1), "the message has woken it");
        Assert.That(_machines.Sum(machine => machine.RetiredInstructions), Is.LessThan(30_000));
    }

    [Test]
    public void WaitingForOneAnotherIsALockUp()
    {
        (ClockDomain domain, _) = Connect(new GuestAssembler().WaitForInterrupt().Stop(), new GuestAssembler().WaitForInterrupt().Stop());

        Assert.That(domain.Run(new VirtualTime(1_000_000)), Is.EqualTo(StopReason.LockUp));
    }

    [Test]
    public void OthersGoOnWhenOneSwitchesItselfOff()
    {
        GuestAssembler off = new GuestAssembler().Load(0, 0x8400_0008).HypervisorCall().Stop();
        (ClockDomain domain, DomainLink[] links) = Connect(off, Sender(3), Listener());

        Assert.That(domain.Run(new VirtualTime(20_000)), Is.EqualTo(StopReason.MaxVirtualTime));

        Assert.That(links[0].Port.End, Is.EqualTo(StopReason.PowerOff));
        Assert.That(links[0].Received, Is.Empty);
        Assert.That(links[2].Received, Has.Count.EqualTo(3));
    }

    [Test]
    public void LastMachinesEndEndsTheRun()
    {
        GuestAssembler off = new GuestAssembler().Load(0, 0x8400_0008).HypervisorCall().Stop();
        (ClockDomain domain, _) = Connect(off);

        Assert.That(domain.Run(new VirtualTime(20_000)), Is.EqualTo(StopReason.PowerOff));
    }

    [Test]
    public void MessagesOnTheirWayAreState([Range(500, 6000, 250)] long instant)
    {
        (ClockDomain original, DomainLink[] expected) = Connect(Echo(first: true), Echo(first: false));
        _ = original.Run(new VirtualTime(instant));
        byte[] saved = Save(original, _machines);
        int before = expected[0].Received.Count;
        (ClockDomain copy, DomainLink[] found) = Connect(Echo(first: true), Echo(first: false));
        var reader = new SnapshotReader(saved);
        foreach (Machine machine in _machines[^2..])
        {
            machine.Load(reader);
        }

        copy.Load(reader);
        Assert.That(Save(copy, _machines[^2..]), Is.EqualTo(saved));

        _ = original.Run(new VirtualTime(30_000));
        _ = copy.Run(new VirtualTime(30_000));

        Assert.That(found[0].Received, Is.EqualTo(expected[0].Received.Skip(before)));
        Assert.That(SHA256.HashData(Save(copy, _machines[^2..])), Is.EqualTo(SHA256.HashData(Save(original, _machines[..2]))));
    }

    [Test]
    public void MachineThatHasRunCannotJoin()
    {
        var domain = new ClockDomain(Latency);
        Machine machine = Create(Listener());
        _ = machine.RunFor(10);

        Assert.That(() => new DomainLink(machine, domain), Throws.ArgumentException);
    }

    // Sends 1, 2 ... and then only waits.
    private static GuestAssembler Sender(int count)
    {
        GuestAssembler guest = new GuestAssembler().Load(1, DomainLink.Base).Load(3, (ulong)count);
        int loop = guest.Here;
        return guest.Add(2, 2, 1).StoreWord(2, 1).SubtractSetFlags(3, 3, 1).BranchNotEqual(loop).Stop();
    }

    private static GuestAssembler Listener() => new GuestAssembler().Stop();

    // Waits for a message, prints a character and answers; the first one starts.
    private static GuestAssembler Echo(bool first)
    {
        GuestAssembler guest = new GuestAssembler().Load(1, DomainLink.Base).Load(2, GuestMachine.Uart);
        if (first)
        {
            _ = guest.StoreWord(1, 1);
        }

        int loop = guest.Here;
        return guest.WaitForInterrupt().LoadWord(3, 1).Add(3, 3, 1).StoreWord(3, 2).StoreWord(3, 1).Branch(loop);
    }

    private static void AssertSame(DomainLink[] found, DomainLink[] expected)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.That(found[i].Sent, Is.EqualTo(expected[i].Sent));
            Assert.That(found[i].Received, Is.EqualTo(expected[i].Received));
        }
    }

    private static byte[] Save(ClockDomain domain, IEnumerable<Machine> machines)
    {
        var writer = new SnapshotWriter();
        foreach (Machine machine in machines)
        {
            machine.Save(writer);
        }

        domain.Save(writer);
        return writer.ToArray();
    }

    private Machine Create(GuestAssembler guest)
    {
        Machine machine = GuestMachine.Create(guest);
        _machines.Add(machine);
        return machine;
    }

    private (ClockDomain Domain, DomainLink[] Links) Connect(params GuestAssembler[] guests)
    {
        var domain = new ClockDomain(Latency);
        return (domain, [.. guests.Select(guest => new DomainLink(Create(guest), domain))]);
    }
}
