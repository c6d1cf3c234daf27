using Emulator.Boards;
using Emulator.Testing;
using NUnit.Framework;

namespace Emulator.BootTests.Lockstep;

/// <summary>Real firmware with a second engine beside the first.</summary>
internal sealed class LockstepBootTests : MachineFixture
{
    private static readonly ExpectOptions Patient = new() { HostTime = TimeSpan.FromMinutes(5) };

    [Test]
    public void UBoot_comes_to_its_prompt_alike_on_two_interpreters([GuestImage("u-boot")] GuestImage image)
    {
        Machine machine = Start(new MachineBuilder(Board.Virt).WithFirmware(image.Path).WithLockstep(CpuEngineFactory.Find("interpreter")));

        machine.Console.Expect("Hit any key to stop autoboot", Patient).Send(" ").Expect("=> ", Patient);

        Assert.That(machine.Divergence, Is.Null);
    }
}
