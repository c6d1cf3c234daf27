using Emulator.Boards;
using Emulator.BootTests.UBoot;
using Emulator.Testing;
using Emulator.Virtio;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.BootTests.VhostUser;

/// <summary>U-Boot exchanges frames with DPDK.</summary>
public sealed class UBootVhostUserNetTests : MachineFixture
{
    [TestCase(VirtioTransport.Mmio, false)]
    [TestCase(VirtioTransport.Pci, true)]
    public void Pings_are_answered_by_dpdk_also_by_one_that_comes_after_another(VirtioTransport transport, bool isDirect)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string socket = Path.Combine(folder, "s.sock");
            using var daemon = new PacketDaemon(socket);
            Machine machine = Start(new MachineBuilder(Board.Virt)
                .WithVhostUser(VhostUserDevice.Net, socket, new() { Transport = transport, IsDirect = isDirect })
                .WithFirmware(new GuestImage("u-boot").Path));
            _ = machine.Console.Expect(UBootStep.Start.Until!).Send(" ").Expect(UBootStep.Prompt);
            string Ask(string command) => machine.Console.SendLine(command).Expect(UBootStep.Prompt).Before;
            _ = Ask("setenv ipaddr 10.0.0.2; setenv netmask 255.255.255.0");
            for (int i = 0; i < 3; i++)
            {
                Assert.That(Ask("ping 10.0.0.1"), Does.Contain("host 10.0.0.1 is alive"));
            }

            daemon.Kill();
            daemon.Restart();
            Assert.That(Ask("ping 10.0.0.1; ping 10.0.0.77"), Does.Contain("host 10.0.0.1 is alive").And.Contain("host 10.0.0.77 is alive"));
            machine.Dispose();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
    [Test]
    public void Qemu_fetches_a_file_from_our_lan()
    {
        using var lan = new ServedLan();
        using var qemu = new QemuMachine(
            new GuestImage("u-boot").Path,
            ",memory-backend=ram",
            "-object", "memory-backend-memfd,id=ram,size=256M,share=on",
            "-chardev", $"socket,id=lan,path={lan.Socket}",
            "-netdev", "vhost-user,id=net,chardev=lan",
            "-device", "virtio-net-pci,netdev=net");
        _ = qemu.Take(UBootStep.Start);
        _ = qemu.Take(UBootStep.StopCountdown);
        lan.CheckFetches(command => qemu.Take(UBootStep.Command(command)));
    }

    [TestCase(VirtioTransport.Mmio, false)]
    [TestCase(VirtioTransport.Pci, true)]
    public void Our_machine_fetches_it_in_the_same_way(VirtioTransport transport, bool isDirect)
    {
        using var lan = new ServedLan();
        Machine machine = Start(new MachineBuilder(Board.Virt)
            .WithVhostUser(VhostUserDevice.Net, lan.Socket, new() { Transport = transport, IsDirect = isDirect })
            .WithFirmware(new GuestImage("u-boot").Path));
        _ = machine.Console.Expect(UBootStep.Start.Until!).Send(" ").Expect(UBootStep.Prompt);
        lan.CheckFetches(command => machine.Console.SendLine(command).Expect(UBootStep.Prompt).Before);
        machine.Dispose();
    }
}
