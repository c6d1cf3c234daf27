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
}
