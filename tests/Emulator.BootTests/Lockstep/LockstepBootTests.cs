using Emulator.Boards;
using Emulator.BootTests.Linux;
using Emulator.BootTests.Uefi;
using Emulator.BootTests.Virtio;
using Emulator.BootTests.Xen;
using Emulator.Cpu.Translator;
using Emulator.Testing;
using Emulator.Testing.Network;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Net;
using NUnit.Framework;

namespace Emulator.BootTests.Lockstep;

/// <summary>The translator leads, the interpreter follows: every guest runs to its end without a difference, whatever is in generated code.</summary>
internal sealed class LockstepBootTests : MachineFixture
{
    private const int InstructionsOfBench = 2_000_000;

    // So many minutes of the host's time that not every change can wait for them; see docs/testing.md.
    private const string TakesLong = "several minutes";

    private static readonly ExpectOptions s_limits = new() { VirtualTime = TimeSpan.FromSeconds(300), HostTime = TimeSpan.FromMinutes(30) };

    [SetUp]
    public void Require()
    {
        if (!TranslationEngine.IsSupported)
        {
            Peer.Missing("the translator does not know this host");
        }
    }

    [Test]
    public void UBoot_answers_commands([GuestImage("u-boot")] [GuestImage("u-boot-2025.01")] GuestImage image) =>
        Follow(new MachineBuilder(Board.Virt).WithFirmware(image.Path), machine => machine.Console
            .Expect("Hit any key to stop autoboot", s_limits).Send(" ").Expect("=> ", s_limits)
            .SendLine("bdinfo; dm tree; fdt print; crc32 40200000 100000").Expect("=> ", s_limits)
            .SendLine("mtest 42000000 42001000 0 1; mtest 42000000 42001000 0 1").Expect("=> ", s_limits).SendLine("poweroff"));

    [Test]
    [Category("Long")]
    public void UBoot_tests_its_uefi([GuestImage("u-boot-2025.01")] GuestImage image) => FollowSelfTest(image);

    [Test]
    [Explicit(TakesLong)]
    public void Older_UBoot_tests_its_uefi([GuestImage("u-boot")] GuestImage image) => FollowSelfTest(image);

    [Test]
    public void UBoot_uses_disks_and_a_network([GuestImage("u-boot")] [GuestImage("u-boot-2025.01")] GuestImage image, [Values] VirtioTransport transport) =>
        Follow(
            new MachineBuilder(Board.Virt).WithFirmware(image.Path).WithVirtioMemoryDisk(TestDisk.Bytes, new VirtioBlockOptions { Transport = transport }).WithVirtioEntropy()
                .WithVirtioNet(() => new Lan(), new VirtioNetOptions { Transport = transport }),
            machine => machine.Console
                .Expect("Hit any key to stop autoboot", s_limits).Send(" ").Expect("=> ", s_limits)
                .SendLine("virtio scan; virtio info; rng; part list virtio 0").Expect("=> ", s_limits)
                .SendLine($"fatload virtio 0:1 42000000 {TestDisk.FileName}; dhcp; ping 10.0.2.2").Expect("=> ", s_limits).SendLine("poweroff"));

    [TestCase("uefi")]
    [TestCase("uefi-2025.02", Category = "Long")]
    public void Edk2_comes_to_its_shell(string image) =>
        Follow(UefiRecord.Describe(new GuestImage(image)), machine => machine.Console
            .Expect("any other key to continue", s_limits).Send(" ").Expect(UefiRecord.Prompt, s_limits).SendLine("reset -s"));

    [TestCase("linux", 1, "cortex-a57", Category = "Long")]
    [TestCase("linux-current", 4, "cortex-a57", Category = "Long")]
    [TestCase("linux", 2, "cortex-a57", Explicit = true, Reason = TakesLong)]
    [TestCase("linux", 4, "cortex-a57", Explicit = true, Reason = TakesLong)]
    [TestCase("linux-current", 1, "max", Explicit = true, Reason = TakesLong)]
    [TestCase("linux-current", 2, "cortex-a57", Explicit = true, Reason = TakesLong)]
    [TestCase("linux-current", 8, "cortex-a57", Explicit = true, Reason = TakesLong)]
    [TestCase("linux-current", 4, "max", Explicit = true, Reason = TakesLong)]
    public void Linux_comes_to_a_shell_and_switches_itself_off(string image, int cpus, string cpuModel) =>
        Follow(LinuxRecord.Describe(new LinuxGuest(image, cpus, cpuModel)), machine => machine.Console
            .Expect(LinuxRecord.Prompt, s_limits).SendLine("uname -a; mount -t proc proc /proc; cat /proc/interrupts").Expect(LinuxRecord.Prompt, s_limits)
            .SendLine(LinuxRecord.SeveralProcesses).Expect(LinuxRecord.Prompt, s_limits).SendLine("poweroff -f"));

    [Test]
    [Explicit(TakesLong)]
    public void Xen_starts_its_first_domain([GuestImage("xen")] GuestImage xen, [GuestImage("linux")] GuestImage linux) =>
        XenLoader.With(xen, linux, builder => Follow(builder, machine => machine.Console.Expect("~ # ", s_limits).SendLine("poweroff -f")));

    [TestCaseSource(typeof(OwnGuests), nameof(OwnGuests.Names))]
    public void Our_own_guests_compute(string name)
    {
        Machine machine = Start(OwnGuests.Describe(name).WithEngine("jit").WithLockstep(CpuEngineFactory.Find("interpreter")));

        _ = machine.Run(new RunLimits { MaxInstructions = InstructionsOfBench });

        AssertFollowed(machine);
    }

    private static void AssertFollowed(Machine machine)
    {
        Assert.That(machine.Divergence, Is.Null);
        Assert.That(machine.Statistics.Translation.Blocks, Is.GreaterThan(1));
        Assert.That(machine.Lockstep!.Comparisons, Is.GreaterThan(machine.RetiredInstructions / 5000), "compared from block to block");
    }

    private void FollowSelfTest(GuestImage image) =>
        Follow(new MachineBuilder(Board.Virt).WithFirmware(image.Path), machine => machine.Console
            .Expect("Hit any key to stop autoboot", s_limits).Send(" ").Expect("=> ", s_limits)
            .SendLine("bootefi selftest").Expect(@"Press any key\.\.\.", s_limits).Send(" ")
            .Expect("Hit any key to stop autoboot", s_limits).Send(" ").Expect("=> ", s_limits).SendLine("poweroff"));

    private void Follow(MachineBuilder builder, Action<Machine> script)
    {
        Machine machine = Start(builder.WithEngine("jit").WithLockstep(CpuEngineFactory.Find("interpreter")));
        try
        {
            script(machine);
        }
        catch (GuestHaltedException) when (machine.Divergence is not null)
        {
            // Told below.
        }

        StopReason reason = machine.Run(new RunLimits { Until = machine.Clock.Now.After(10_000_000_000) });
        AssertFollowed(machine);
        Assert.That(reason, Is.EqualTo(StopReason.PowerOff));
    }
}
