using Emulator.Boards;
using Emulator.Testing;
using NUnit.Framework;

namespace Emulator.BootTests;

/// <summary>Flash as U-Boot uses it: its environment lies at the start of bank 1.</summary>
internal sealed class FlashTests
{
    private string _folder = null!;
    private string _flash1 = null!;

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("flash-").FullName;
        _flash1 = Path.Combine(_folder, "flash1.bin");
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void EnvironmentSavedToFlashSurvivesARestart([GuestImage("u-boot"), GuestImage("u-boot-2025.01")] GuestImage image)
    {
        using (Machine machine = StartToPrompt(image))
        {
            Run(machine, "setenv greeting kept over restarts");
            string saved = Run(machine, "saveenv");
            TestContext.Out.WriteLine(saved);
            Assert.That(saved, Does.Contain("OK"));
        }

        using Machine again = StartToPrompt(image);
        Assert.That(again.Console.Transcript, Does.Not.Contain("bad CRC"));
        Assert.That(Run(again, "printenv greeting"), Does.Contain("greeting=kept over restarts"));
    }

    [Test]
    public void CommandsProgramProtectAndEraseABlock([GuestImage("u-boot"), GuestImage("u-boot-2025.01")] GuestImage image)
    {
        using Machine machine = StartToPrompt(image);

        Run(machine, "mw.l 42000000 5aa51234 1000");
        Run(machine, "erase 5000000 503ffff");
        Assert.That(Run(machine, "cp.b 42000000 5000000 4000"), Does.Contain("done"));
        Assert.That(Run(machine, "cmp.b 42000000 5000000 4000"), Does.Contain("Total of 16384 byte(s) were the same"));
        Assert.That(Run(machine, "md.l 5003ffc 2"), Does.Contain("5aa51234 ffffffff"));
        Run(machine, "erase 5000000 503ffff");
        Assert.That(Run(machine, "md.l 5000000 1"), Does.Contain("ffffffff"));
    }

    private static string Run(Machine machine, string command) => machine.Console.SendLine(command).Expect("=> ").Before;

    private Machine StartToPrompt(GuestImage image)
    {
        Machine machine = new MachineBuilder(Board.Virt).WithMemory(256.MiB()).WithFirmware(image.Path).WithFlash1(_flash1).Build();
        machine.Console.Expect("Hit any key to stop autoboot").Send(" ").Expect("=> ");
        return machine;
    }
}
