using Emulator.Boards;
using Emulator.Testing;

namespace Emulator.BootTests.Linux;

/// <summary>The Debian installer as it is.</summary>
[Category("Long")]
public sealed class LinuxInstallerTests : MachineFixture
{
    [Test]
    public void First_screen_asks_for_the_language([GuestImage("linux")] GuestImage image)
    {
        Machine machine = Start(new MachineBuilder(Board.Virt).WithMemory(1024.MiB())
            .WithKernel(image["kernel"]).WithInitrd(image["initrd"]).WithCommandLine("console=ttyAMA0"));

        machine.Console.Expect("Select a language", LinuxRecord.Limits).Expect("English", LinuxRecord.Limits).Expect("<Go Back>", LinuxRecord.Limits);

        Assert.That(machine.Statistics.Undefined, Is.Empty);
    }
}
