// README.md shows the region below word for word; ReadmeTests holds it to that.
#pragma warning disable CA1050 // an example stands in no namespace

#region README
using Emulator;
using Emulator.Boards;
using Emulator.Testing;
using NUnit.Framework;

public sealed class UBootPromptTests : MachineFixture
{
    [Test]
    public void The_version_is_told_at_the_prompt([GuestImage("u-boot")] GuestImage image)
    {
        Machine machine = Start(new MachineBuilder(Board.Virt).WithMemory(256.MiB()).WithFirmware(image.Path));

        machine.Console.Expect("Hit any key to stop autoboot").Send(" ").Expect("=> ");
        string answer = machine.Console.SendLine("version").Expect("=> ").Before;

        Assert.That(answer, Does.Contain("U-Boot 20"));
    }
}
#endregion
