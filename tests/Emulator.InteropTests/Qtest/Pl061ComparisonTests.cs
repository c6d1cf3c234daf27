using Emulator.Gpio;

namespace Emulator.InteropTests.Qtest;

/// <summary>Our PL061 and QEMU's.</summary>
internal sealed class Pl061ComparisonTests
{
    internal static ComparedDevice Device => new()
    {
        Name = "PL061",
        Address = 0x0903_0000,
        Registers = [.. ScriptBuilder.RegistersOf(Pl061.Registers).Select(WithoutInterrupts)],
        Driven = "pl061",
        KnownDifferences = KnownDifferences,
        Create = () =>
        {
            var machine = new OurMachine();
            var gpio = new Pl061("pl061@9030000", machine.Line(7), machine.Unimplemented);
            machine.Bus.MapDevice(0x0903_0000, gpio);
            machine.SetLine = (line, level) => gpio.Input(line).Set(level);
            return machine;
        },
    };

    private static KnownDifference[] KnownDifferences =>
    [
        new(
            "Lines that the guest drives do not interrupt (TRM 2.1.3). In QEMU 7.2 they do.",
            d => Covers(d, 0x414) && !IsInterruptScript(d)),
        new(
            "A line that became an input shows what is at the pin. QEMU 7.2 shows what was last driven.",
            d => d.Register == "GPIODATA" && !IsInterruptScript(d)),
        new(
            "A level interrupt lasts as long as its level. QEMU 7.2 latches it.",
            d => d.Script == "level interrupts"),
    ];

    [Test]
    public void Agrees()
    {
        var comparison = new DeviceComparison(Device);
        foreach (DeviceScript script in ScriptBuilder.All(Device))
        {
            comparison.Run(script);
        }

        comparison.Run(Interrupts("edge interrupts", levels: false));
        comparison.Run(Interrupts("level interrupts", levels: true));
        comparison.AssertAgreement();
    }

    private static bool Covers(Difference difference, ulong offset) =>
        difference.Step.Kind == StepKind.Read && difference.Step.Offset <= offset && difference.Step.Offset + (ulong)difference.Step.Size > offset;

    private static bool IsInterruptScript(Difference difference) => difference.Script.EndsWith("interrupts", StringComparison.Ordinal);

    // Interrupts have scripts of their own, where outputs do not disturb them.
    private static NamedRegister WithoutInterrupts(NamedRegister register) => register.Name is "GPIOIE" or "GPIOIS" ? register with { Writable = 0 } : register;

    private static DeviceScript Interrupts(string name, bool levels)
    {
        TestContext.Out.WriteLine($"PL061: {name}, seed {ScriptBuilder.Seed}");
        var random = new Random(ScriptBuilder.Seed);
        var script = new DeviceScript(name).Write(0x404, levels ? 0xffu : 0);
        for (int i = 0; i < 500; i++)
        {
            switch (random.Next(3))
            {
                case 0:
                    script.Write((ulong)(0x408 + (4 * random.Next(3))), (uint)random.Next(256));
                    break;
                case 1:
                    script.Write(0x41c, (uint)random.Next(256));
                    break;
                default:
                    script.SetLine(random.Next(8), random.Next(2) == 0);
                    break;
            }

            script.Read(0x414).Read(0x418).Read(0x3fc);
        }

        return script;
    }
}
