using Emulator.Boards;
using Emulator.Testing;
using Emulator.Unicorn;

namespace Emulator.BootTests.Unicorn;

/// <summary>Real guests on libunicorn: they do what they do on the interpreter, to the byte and the instruction.</summary>
internal sealed class UnicornBootTests : MachineFixture
{
    private static readonly ExpectOptions Patient = new() { HostTime = TimeSpan.FromMinutes(20) };

    [Test]
    public void UBoot_does_the_same_as_on_the_interpreter([GuestImage("u-boot")] GuestImage image)
    {
        (string Console, long Instructions) reference = RunUBoot(image, CpuEngineFactory.Find("interpreter"));

        Assert.That(RunUBoot(image, Library()), Is.EqualTo(reference));
        Assert.That(RunUBoot(image, Library()), Is.EqualTo(reference), "and does it again");
    }

    [Test]
    public void UBoot_starts_alike_in_lockstep([GuestImage("u-boot")] GuestImage image)
    {
        Machine machine = Start(new MachineBuilder(Board.Virt).WithFirmware(image.Path).WithLockstep(Library()));

        StopReason reason = machine.Run(new RunLimits { MaxInstructions = 3_000_000 });

        Assert.That(machine.Divergence, Is.Null);
        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
    }

    [Test]
    [Category("Long")]
    public void UBoot_comes_to_its_prompt_alike_in_lockstep([GuestImage("u-boot")] GuestImage image)
    {
        Machine machine = Start(new MachineBuilder(Board.Virt).WithFirmware(image.Path).WithLockstep(Library()));

        machine.Console.Expect("Hit any key to stop autoboot", Patient).Send(" ").Expect("=> ", Patient);

        Assert.That(machine.Divergence, Is.Null);
    }

    [Test]
    [Category("Long")]
    public void Linux_comes_to_a_shell_and_switches_itself_off([GuestImage("linux")] GuestImage image)
    {
        Machine machine = Start(new MachineBuilder(Board.Virt).WithMemory(512.MiB()).WithKernel(image.Path).WithInitrd(image["initrd"])
            .WithCommandLine("console=ttyAMA0 rdinit=/bin/sh").WithEngine(Library()));

        machine.Console.Expect("# ", Patient).SendLine("uname -a").Expect("aarch64", Patient).SendLine("poweroff -f");

        Assert.That(machine.Run(new RunLimits { Until = machine.Clock.Now.After(60_000_000_000) }), Is.EqualTo(StopReason.PowerOff));
    }

    private static CpuEngineFactory Library()
    {
        try
        {
            // Made once to see whether it is there.
            new MachineBuilder(Board.Virt).WithEngine(new UnicornEngineFactory()).Build().Dispose();
        }
        catch (UnicornUnavailableException exception)
        {
            Peer.Missing(exception.Message);
        }

        return new UnicornEngineFactory();
    }

    private (string Console, long Instructions) RunUBoot(GuestImage image, CpuEngineFactory engine)
    {
        Machine machine = Start(new MachineBuilder(Board.Virt).WithFirmware(image.Path).WithEngine(engine));
        machine.Console.Expect("Hit any key to stop autoboot", Patient).Send(" ").Expect("=> ", Patient);
        machine.Console.SendLine("bdinfo").Expect("=> ", Patient);
        machine.Console.SendLine("crc32 0 80000").Expect("=> ", Patient);
        return (machine.Console.Transcript, machine.RetiredInstructions);
    }
}
