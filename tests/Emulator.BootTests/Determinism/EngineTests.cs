using Emulator.BootTests.Linux;
using Emulator.BootTests.Uefi;
using Emulator.Cpu.Translator;
using Emulator.Testing;

namespace Emulator.BootTests.Determinism;

/// <summary>The interpreter prints the same bytes at the same instructions and the same virtual time as the translator, on which the other tests have booted.</summary>
public sealed class EngineTests
{
    [SetUp]
    public void Require()
    {
        if (!TranslationEngine.IsSupported)
        {
            Peer.Missing("the translator does not know this host");
        }
    }

    [TestCase("linux-current", 1)]
    [TestCase("linux-current", 4)]
    [TestCase("linux", 1, Category = "Long")]
    public void Linux_runs_alike(string image, int cpus)
    {
        var guest = new LinuxGuest(image, cpus);
        LinuxRecord translated = LinuxRecord.Of(guest);
        LinuxRecord interpreted = LinuxRecord.On(guest, "interpreter");

        AssertAlike((translated.Console, translated.End, translated.Statistics), (interpreted.Console, interpreted.End, interpreted.Statistics));
    }

    [TestCase("uefi", 1)]
    [TestCase("uefi", 4, Category = "Long")]
    public void Edk2_runs_alike(string image, int cpus)
    {
        UefiRecord translated = UefiRecord.Of(image, cpus);
        UefiRecord interpreted = UefiRecord.On(image, cpus, "interpreter");

        AssertAlike((translated.Console, translated.End, translated.Statistics), (interpreted.Console, interpreted.End, interpreted.Statistics));
    }

    private static void AssertAlike(
        (string Console, StopReason End, MachineStatistics Statistics) translated, (string Console, StopReason End, MachineStatistics Statistics) interpreted)
    {
        MachineStatistics jit = translated.Statistics;
        MachineStatistics interpreter = interpreted.Statistics;
        Assert.Multiple(() =>
        {
            Assert.That((jit.Engine, interpreter.Engine), Is.EqualTo(("jit", "interpreter")));
            Assert.That(translated.Console, Is.EqualTo(interpreted.Console));
            Assert.That(translated.End, Is.EqualTo(interpreted.End));
            Assert.That(jit.Instructions, Is.EqualTo(interpreter.Instructions));
            Assert.That(jit.Skipped, Is.EqualTo(interpreter.Skipped));
            Assert.That(jit.VirtualSeconds, Is.EqualTo(interpreter.VirtualSeconds));
            Assert.That(jit.MmioAccesses, Is.EqualTo(interpreter.MmioAccesses));
            Assert.That(jit.Cpus.Select(cpu => cpu.Instructions), Is.EqualTo(interpreter.Cpus.Select(cpu => cpu.Instructions)));
            Assert.That(jit.Cpus.SelectMany(cpu => cpu.Exceptions), Is.EquivalentTo(interpreter.Cpus.SelectMany(cpu => cpu.Exceptions)));
        });
    }
}
