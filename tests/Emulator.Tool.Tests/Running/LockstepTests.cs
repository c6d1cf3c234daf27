using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator;
using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Tests.Running;

/// <summary>The translator in lockstep through the command line.</summary>
public sealed class LockstepTests
{
    private static readonly string Guest = Path.Combine(AppContext.BaseDirectory, "console.elf");
    private static readonly string Input = new string('a', 200) + "q";

    [SetUp]
    public void Require()
    {
        if (!TranslationEngine.IsSupported)
        {
            Assert.Ignore("no translator on this host");
        }
    }

    [Test]
    public void A_guest_that_runs_alike_ends_as_ever()
    {
        var host = new FakeToolHost(Input);

        Assert.That(Run(host), Is.EqualTo(ExitCode.Success), host.ErrorText);
        Assert.That(host.OutputText, Is.EqualTo("ready> " + new string('a', 200)));
    }

    [Test]
    public void A_mistake_of_the_translator_ends_the_run_with_5_and_its_instruction_is_named()
    {
        var host = new FakeToolHost(Input) { Engine = new MistakenTranslator() };

        Assert.That(Run(host), Is.EqualTo(ExitCode.Divergence));
        Assert.That(host.ErrorText, Does.Match(@"lockstep: jit and interpreter differ on cpu0 after \d+ instructions\n  PC 0x[0-9a-f]{16}: 0x12001c00  and w0, w0, #0xff\n"));
        Assert.That(host.ErrorText, Does.Match(@"X0 +0x0{14}61 +0x0{14}60 +0x0{14}61\n"));
    }

    private static int Run(FakeToolHost host) =>
        EmuCommandLine.Invoke(["run", "--kernel", Guest, "--timeout", "60", "--engine", "jit", "--lockstep", "interpreter"], host);

    // Takes a bit too few from what it masks.
    private sealed class MistakenTranslator : CpuEngineFactory
    {
        internal override ICpuEngine Create(TranslationOptions options) => TranslationEngine.TryCreate(options with { Threshold = 4, Mistake = Mistake })!;

        private static void Mistake(ref DecodedOperation operation) =>
            operation.Immediate &= operation.Opcode == (ushort)A64Opcode.AndImmediate ? ~1UL : ulong.MaxValue;
    }
}
