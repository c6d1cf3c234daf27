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
    public void Machines_ping_each_other()
    {
        Machine[] machines = Boot();

        string answer = Ask(machines[0], "ping -c 3 10.0.0.2");
        Assert.That(answer, Does.Contain("3 packets transmitted, 3 packets received, 0% packet loss"));
        Assert.That(Ask(machines[1], "ping -c 3 -s 1400 10.0.0.1"), Does.Contain("3 packets transmitted, 3 packets received, 0% packet loss"));
        Assert.That(Ask(machines[1], "ping -c 1 -W 1 10.0.0.3"), Does.Contain("100% packet loss"));
        Assert.That(Ask(machines[0], "ip neigh"), Does.Match("10.0.0.2 dev eth0 lladdr 52:54:00:"));
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
            _ = Ask(machines[i], "mount -t proc proc /proc; mount -t sysfs sysfs /sys");
            _ = Ask(machines[i], ModulesDisk.LoadNetwork);
            _ = Ask(machines[i], $"ip link set eth0 up; ip addr add 10.0.0.{i + 1}/24 dev eth0");
        }

        return machines;
    }
}
