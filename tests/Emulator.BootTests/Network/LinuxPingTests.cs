using System.Text.RegularExpressions;
using Emulator.Boards;
using Emulator.BootTests.Linux;
using Emulator.BootTests.Virtio;
using Emulator.Network;
using Emulator.Testing;
using Emulator.Virtio;

namespace Emulator.BootTests.Network;

/// <summary>Two machines with Linux on one hub: one reaches its network by a transport in memory, the other one by PCI.</summary>
public sealed class LinuxPingTests : MachineFixture
{
    private static readonly VirtioTransport[] s_transports = [VirtioTransport.Mmio, VirtioTransport.Pci];

    private string _initrd = null!;

    [SetUp]
    public void WriteInitrd()
    {
        _initrd = Path.GetTempFileName();
        ModulesDisk.Write(_initrd);
    }

    [TearDown]
    public void DeleteInitrd() => File.Delete(_initrd);

    [Test]
    public void Machines_ping_each_other_and_exchange_streams()
    {
        Machine[] machines = Boot();

        string answer = Ask(machines[0], "ping -c 3 10.0.0.2");
        Assert.That(answer, Does.Contain("3 packets transmitted, 3 packets received, 0% packet loss"));
        Assert.That(Ask(machines[1], "ping -c 3 -s 1400 10.0.0.1"), Does.Contain("3 packets transmitted, 3 packets received, 0% packet loss"));
        Assert.That(Ask(machines[1], "ping -c 1 -W 1 10.0.0.3"), Does.Contain("100% packet loss"));
        Assert.That(Ask(machines[0], "ip neigh"), Does.Match("10.0.0.2 dev eth0 lladdr 52:54:00:"));
        AssertStreamsArrive(machines);
    }

    // A stream of TCP in each direction, which both devices leave uncut.
    private static void AssertStreamsArrive(Machine[] machines)
    {
        const int Copies = 4;
        string sum = Sum(Ask(machines[0], $"for i in {string.Join(' ', Enumerable.Range(0, Copies))}; do cat /bin/busybox; done > /sent; sha256sum /sent"));
        foreach ((Machine sender, Machine receiver, string address) in new[] { (machines[0], machines[1], "10.0.0.2"), (machines[1], machines[0], "10.0.0.1") })
        {
            _ = receiver.Console.SendLine("nc -l -p 5000 > /received; echo end of stream");
            (long Requests, long Bytes) before = Traffic(sender);
            _ = Ask(sender, $"sleep 0.1; nc {address} 5000 < {(sender == machines[0] ? "/sent" : "/received")}");
            _ = receiver.Console.Expect("^end of stream", LinuxRecord.Limits).Expect(LinuxRecord.Prompt, LinuxRecord.Limits);
            (long Requests, long Bytes) after = Traffic(sender);
            Assert.That(Sum(Ask(receiver, "sha256sum /received")), Is.EqualTo(sum));
            Assert.That((after.Bytes - before.Bytes) / (after.Requests - before.Requests), Is.GreaterThan(1500), "bytes in a request: frames are larger than the network's usual ones");
        }

        static string Sum(string answer) => Regex.Match(answer, "[0-9a-f]{64}").Value;
    }

    private static (long Requests, long Bytes) Traffic(Machine machine)
    {
        IReadOnlyDictionary<string, long> counters = machine.Statistics.Devices.Single(device => device.Key.StartsWith("virtio-net", StringComparison.Ordinal)).Value;
        return (counters["requests"], counters["bytes"]);
    }

    [Test]
    [Category("Long")]
    public void They_do_the_same_again()
    {
        (string[] Output, long[] Instructions)[] runs = new (string[], long[])[2];
        for (int i = 0; i < runs.Length; i++)
        {
            Machine[] machines = Boot();
            _ = Ask(machines[0], "ping -c 3 10.0.0.2");
            _ = Ask(machines[1], "cat /proc/interrupts; ip -s link show eth0");
            runs[i] = ([.. machines.Select(machine => machine.Console.Transcript)], [.. machines.Select(machine => machine.RetiredInstructions)]);
        }

        Assert.That(runs[1].Output, Is.EqualTo(runs[0].Output));
        Assert.That(runs[1].Instructions, Is.EqualTo(runs[0].Instructions));
    }

    private static string Ask(Machine machine, string command) => machine.Console.SendLine(command).Expect(LinuxRecord.Prompt, LinuxRecord.Limits).Before;

    private Machine[] Boot()
    {
        var hub = new NetworkHub();
        Machine[] machines = [.. s_transports.Select(transport => Start(new MachineBuilder(Board.Virt).WithMemory(512.MiB())
            .WithKernel(new GuestImage("linux-current")["kernel"]).WithInitrd(_initrd).WithCommandLine("console=ttyAMA0 rdinit=/bin/sh quiet")
            .WithVirtioNet(hub.CreatePort, new() { Transport = transport })))];
        for (int i = 0; i < machines.Length; i++)
        {
            _ = machines[i].Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits);
            _ = Ask(machines[i], "alias sleep='/bin/busybox sleep'; mount -t proc proc /proc; mount -t sysfs sysfs /sys");
            _ = Ask(machines[i], ModulesDisk.LoadNetwork);
            _ = Ask(machines[i], $"ip link set eth0 up; ip addr add 10.0.0.{i + 1}/24 dev eth0");
        }

        return machines;
    }
}
