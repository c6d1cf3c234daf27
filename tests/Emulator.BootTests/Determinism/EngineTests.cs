using Emulator.Boards;
using Emulator.BootTests.Linux;
using Emulator.BootTests.UBoot;
using Emulator.BootTests.Uefi;
using Emulator.BootTests.Virtio;
using Emulator.BootTests.Xen;
using Emulator.Cpu.Translator;
using Emulator.Testing;
using Emulator.Testing.Network;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Net;

namespace Emulator.BootTests.Determinism;

/// <summary>The interpreter prints the same bytes at the same instructions and the same virtual time as the translator, on which the other tests have booted.</summary>
public sealed class EngineTests : MachineFixture
{
    private const long InstructionsOfOurGuests = 20_000_000;

    [SetUp]
    public void Require()
    {
        if (!TranslationEngine.IsSupported)
        {
            Peer.Missing("the translator does not know this host");
        }
    }

    [TestCase("u-boot", Category = "Long")]
    [TestCase("u-boot-2025.01", Category = "Long")]
    public void UBoot_runs_alike(string image)
    {
        UBootRecord translated = UBootRecord.Of(image);
        UBootRecord interpreted = UBootRecord.On(image, "interpreter");

        AssertAlike(new(translated.Console, translated.End, translated.Statistics), new(interpreted.Console, interpreted.End, interpreted.Statistics));
    }

    [Test]
    public void UBoot_with_disks_and_a_network_runs_alike([GuestImage("u-boot"), GuestImage("u-boot-2025.01")] GuestImage image, [Values] VirtioTransport transport)
    {
        var latency = new VirtioOptions { Latency = TimeSpan.FromMicroseconds(20) };
        AssertAlike(engine =>
        {
            Machine machine = Start(new MachineBuilder(Board.Virt).WithFirmware(image.Path).WithEngine(engine).WithVirtio(latency)
                .WithVirtioMemoryDisk(TestDisk.Bytes, new VirtioBlockOptions { Transport = transport }).WithVirtioEntropy()
                .WithVirtioNet(() => new Lan(), new VirtioNetOptions { Transport = transport }));
            _ = machine.Console.Expect(UBootStep.Start.Until!).Send(" ").Expect(UBootStep.Prompt);
            foreach (string command in new[] { "virtio scan; virtio info; rng; part list virtio 0", $"fatload virtio 0:1 42000000 {TestDisk.FileName}", "dhcp; ping 10.0.2.2" })
            {
                _ = machine.Console.SendLine(command).Expect(UBootStep.Prompt);
            }

            return EngineRun.OfPowerOff(machine, "poweroff");
        });
    }

    [TestCase("linux-current", 1)]
    [TestCase("linux-current", 4)]
    [TestCase("linux-current", 1, "max", Category = "Long")]
    [TestCase("linux-current", 2, Category = "Long")]
    [TestCase("linux-current", 8, Category = "Long")]
    [TestCase("linux", 1, Category = "Long")]
    [TestCase("linux", 2, Category = "Long")]
    [TestCase("linux", 4, Category = "Long")]
    public void Linux_runs_alike(string image, int cpus, string cpuModel = "cortex-a57")
    {
        var guest = new LinuxGuest(image, cpus, cpuModel);
        LinuxRecord translated = LinuxRecord.Of(guest);
        LinuxRecord interpreted = LinuxRecord.On(guest, "interpreter");

        AssertAlike(new(translated.Console, translated.End, translated.Statistics), new(interpreted.Console, interpreted.End, interpreted.Statistics));
    }

    [TestCase("uefi", 1)]
    [TestCase("uefi", 4, Category = "Long")]
    [TestCase("uefi-2025.02", 1, Category = "Long")]
    public void Edk2_runs_alike(string image, int cpus)
    {
        UefiRecord translated = UefiRecord.Of(image, cpus);
        UefiRecord interpreted = UefiRecord.On(image, cpus, "interpreter");

        AssertAlike(new(translated.Console, translated.End, translated.Statistics), new(interpreted.Console, interpreted.End, interpreted.Statistics));
    }

    [Test]
    [Category("Long")]
    public void Xen_runs_alike([GuestImage("xen")] GuestImage xen, [GuestImage("linux")] GuestImage linux) => AssertAlike(engine =>
    {
        EngineRun? run = null;
        XenLoader.With(xen, linux, builder =>
        {
            Machine machine = Start(builder.WithEngine(engine));
            _ = machine.Console.Expect("~ # ", LinuxRecord.Limits).SendLine("mount -t sysfs s /sys; cat /sys/hypervisor/type; dmesg").Expect("~ # ", LinuxRecord.Limits);
            run = EngineRun.OfPowerOff(machine, "poweroff -f");
        });
        return run!;
    });

    [TestCaseSource(typeof(OwnGuests), nameof(OwnGuests.Names))]
    public void Our_own_guests_run_alike(string name) => AssertAlike(engine =>
    {
        Machine machine = Start(OwnGuests.Describe(name).WithEngine(engine));
        return EngineRun.Of(machine, machine.Run(new RunLimits { MaxInstructions = InstructionsOfOurGuests }));
    });

    private static void AssertAlike(Func<string, EngineRun> run) => AssertAlike(run("jit"), run("interpreter"));

    private static void AssertAlike(EngineRun translated, EngineRun interpreted)
    {
        MachineStatistics jit = translated.Statistics;
        MachineStatistics interpreter = interpreted.Statistics;
        Assert.Multiple(() =>
        {
            Assert.That((jit.Engine, interpreter.Engine), Is.EqualTo(("jit", "interpreter")));
            Assert.That(jit.Translation.Blocks, Is.GreaterThan(0));
            Assert.That(translated.Console, Is.EqualTo(interpreted.Console));
            Assert.That(translated.End, Is.EqualTo(interpreted.End));
            Assert.That(jit.Instructions, Is.EqualTo(interpreter.Instructions));
            Assert.That(jit.Skipped, Is.EqualTo(interpreter.Skipped));
            Assert.That(jit.VirtualSeconds, Is.EqualTo(interpreter.VirtualSeconds));
            Assert.That(jit.MmioAccesses, Is.EqualTo(interpreter.MmioAccesses));
            Assert.That(jit.Cpus.Select(cpu => cpu.Instructions), Is.EqualTo(interpreter.Cpus.Select(cpu => cpu.Instructions)));
            Assert.That(jit.Cpus.SelectMany(cpu => cpu.Exceptions), Is.EquivalentTo(interpreter.Cpus.SelectMany(cpu => cpu.Exceptions)));
            Assert.That(jit.Devices, Is.EqualTo(interpreter.Devices));
        });
    }
}
