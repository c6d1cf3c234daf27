using Emulator.Testing;

namespace Emulator.BootTests.Uefi;

/// <summary>Variables live in flash bank 1, whose file outlives the machine.</summary>
public sealed class UefiVariableTests : MachineFixture
{
    private const string Variable = "setvar Answer -guid 11111111-2222-3333-4444-555555555555";

    [Test]
    public void A_variable_is_there_after_a_restart([GuestImage("uefi")] GuestImage image)
    {
        string store = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using (Machine first = UefiRecord.Describe(image).WithFlash1(store).Build())
            {
                first.Console.Expect(UefiRecord.Prompt).SendLine(Variable + " -bs -rt -nv =0x2A002A00").Expect(UefiRecord.Prompt).SendLine("reset -s");
                Assert.That(first.Run(new RunLimits { Until = first.Clock.Now.After(10_000_000_000) }), Is.EqualTo(StopReason.PowerOff));
            }

            Machine second = Start(UefiRecord.Describe(image).WithFlash1(store));
            string answer = second.Console.Expect(UefiRecord.Prompt).SendLine(Variable).Expect(UefiRecord.Prompt).Before;

            Assert.That(UefiRecord.Plain(answer), Does.Contain("Answer - 0004 Bytes").And.Contain("00 2A 00 2A"));
        }
        finally
        {
            File.Delete(store);
        }
    }
}
