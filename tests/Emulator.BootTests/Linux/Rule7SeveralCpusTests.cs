namespace Emulator.BootTests.Linux;

/// <summary>Design rule 7: one count of instructions over all CPUs, and turns that depend on the guest alone.</summary>
public sealed class Rule7SeveralCpusTests
{
    [Test]
    public void Linux_on_four_cpus_does_the_same_twice()
    {
        var guest = new LinuxGuest("linux-current", 4);
        LinuxRecord first = LinuxRecord.Of(guest);

        LinuxRecord second = LinuxRecord.Again(guest);

        Assert.That(second.Console, Is.EqualTo(first.Console));
        Assert.That(second.Statistics.Instructions, Is.EqualTo(first.Statistics.Instructions));
        Assert.That(second.Statistics.Cpus.Select(cpu => cpu.Instructions), Is.EqualTo(first.Statistics.Cpus.Select(cpu => cpu.Instructions)));
        Assert.That(second.Statistics.Cpus.Select(cpu => cpu.Exceptions), Is.EqualTo(first.Statistics.Cpus.Select(cpu => cpu.Exceptions)));
        Assert.That(second.Statistics.VirtualSeconds, Is.EqualTo(first.Statistics.VirtualSeconds));
    }
}
