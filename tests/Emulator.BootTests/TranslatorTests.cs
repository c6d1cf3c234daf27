using System.Security.Cryptography;
using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Cpu.Translator;
using Emulator.Snapshots;
using Emulator.Testing;
using NUnit.Framework;

namespace Emulator.BootTests;

/// <summary>What is translated runs as what is interpreted: the same output, counts, time and state.</summary>
internal sealed class TranslatorTests : MachineFixture
{
    [Test]
    public void UBoot_runs_alike_on_both_engines([GuestImage("u-boot")] [GuestImage("u-boot-2025.01")] GuestImage image, [Values] bool fastForward)
    {
        Machine interpreted = Boot(image, "interpreter", fastForward);
        Machine translated = Boot(image, "jit", fastForward);

        Assert.Multiple(() =>
        {
            Assert.That(translated.Engine, Is.EqualTo("jit"));
            Assert.That(translated.Statistics.Translation.Blocks, Is.GreaterThan(500));
            Assert.That(translated.Console.Transcript, Is.EqualTo(interpreted.Console.Transcript));
            Assert.That(translated.RetiredInstructions, Is.EqualTo(interpreted.RetiredInstructions));
            Assert.That(translated.SkippedInstructions, Is.EqualTo(interpreted.SkippedInstructions));
            Assert.That(translated.Clock.Now, Is.EqualTo(interpreted.Clock.Now));
            Assert.That(Fingerprint(translated), Is.EqualTo(Fingerprint(interpreted)));
        });
    }

    private static unsafe string Fingerprint(Machine machine)
    {
        SnapshotWriter writer = new();
        foreach (Processor processor in machine.Processors)
        {
            processor.Save(writer);
        }

        machine.Clock.Save(writer);
        machine.Scheduler.Save(writer);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(writer.ToArray());
        hash.AppendData(new ReadOnlySpan<byte>(machine.Ram.Pointer, (int)machine.Ram.Length));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private Machine Boot(GuestImage image, string engine, bool fastForward)
    {
        if (TranslationEngine.TryCreate() is not { } probe)
        {
            Assert.Ignore("no translator on this host");
            throw new InvalidOperationException();
        }

        probe.Dispose();
        Machine machine = Start(new MachineBuilder(Board.Virt).WithFirmware(image.Path).WithEngine(engine).WithFastForward(fastForward));
        machine.Console.Expect("Hit any key to stop autoboot").Send(" ").Expect("=> ");
        machine.Console.SendLine("bdinfo; crc32 40200000 100000; md5sum 40200000 10000").Expect("=> ");
        return machine;
    }
}
