using Emulator.Timing;

namespace Emulator.InteropTests.Qtest;

/// <summary>Our PL031 and QEMU's, both with a clock that stands still.</summary>
internal sealed class Pl031ComparisonTests
{
    private const uint Epoch = 1_704_067_200; // 2024-01-01T00:00:00Z, as the client tells QEMU

    internal static ComparedDevice Device => new()
    {
        Name = "PL031",
        Address = 0x0901_0000,
        Registers = ScriptBuilder.RegistersOf(Pl031.Registers),
        Create = () =>
        {
            var machine = new OurMachine();
            machine.Bus.MapDevice(0x0901_0000, new Pl031("pl031@9010000", machine.Line(2), machine.Clock, machine.Unimplemented, Epoch));
            return machine;
        },
    };

    [Test]
    public void Agrees()
    {
        var comparison = new DeviceComparison(Device);
        foreach (DeviceScript script in ScriptBuilder.All(Device))
        {
            comparison.Run(script);
        }

        comparison.Run(Match());
        comparison.AssertAgreement();
    }

    private static DeviceScript Match()
    {
        var script = new DeviceScript("match").Write(0x010, 1);
        foreach (uint match in (uint[])[Epoch + 1, Epoch, Epoch - 1, 0, uint.MaxValue])
        {
            script.Write(0x004, match).Read(0x014).Read(0x018).Write(0x01c, 1).Read(0x014);
            script.Write(0x008, match).Read(0x000).Read(0x014).Write(0x01c, 1).Read(0x014);
        }

        return script;
    }
}
