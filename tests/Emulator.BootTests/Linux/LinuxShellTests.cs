using System.Globalization;
using System.Text.RegularExpressions;

namespace Emulator.BootTests.Linux;

/// <summary>The Debian installer's kernel with its own initial RAM disk, and a current kernel with busybox: what a user types at the shell and what comes back.</summary>
[TestFixture("linux", 1)]
[TestFixture("linux", 2, Category = "Long")]
[TestFixture("linux", 4, Category = "Long")]
[TestFixture("linux-current", 1)]
[TestFixture("linux-current", 1, "max")]
[TestFixture("linux-current", 2)]
[TestFixture("linux-current", 4)]
[TestFixture("linux-current", 8, Category = "Long")]
public sealed class LinuxShellTests(string image, int cpus, string cpuModel = "cortex-a57")
{
    private LinuxRecord _record = null!;

    // What the kernel makes of the ID registers, in its own words (Linux, Documentation/arch/arm64/elf_hwcaps.rst).
    private string Features => cpuModel == "max"
        ? "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt fcma lrcpc dcpop sha3 sm3 sm4 asimddp sha512 asimdfhm dit ilrcpc flagm ssbs sb "
            + "paca pacg dcpodp flagm2 frint i8mm bf16 rng bti"
        : "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid";

    [OneTimeSetUp]
    public void Boot() => _record = LinuxRecord.Of(new LinuxGuest(image, cpus, cpuModel));

    [Test]
    public void Uname_tells_the_kernel() => Assert.That(_record["uname -a"], Does.Match(@"Linux \(none\) \d+\.\d+\.\d+\S* #1 SMP .* aarch64 GNU/Linux"));

    [Test]
    public void Every_cpu_is_up_and_tells_what_it_has()
    {
        string cpuinfo = _record["cat /proc/cpuinfo"];

        Assert.That(Regex.Count(cpuinfo, @"^processor\t: \d+\r$", RegexOptions.Multiline), Is.EqualTo(cpus));
        Assert.That(Regex.Count(cpuinfo, $@"^Features\t: {Regex.Escape(Features)}\r$", RegexOptions.Multiline), Is.EqualTo(cpus));
        Assert.That(Regex.Count(cpuinfo, $@"^CPU part\t: {(cpuModel == "max" ? "0x051" : "0xd07")}\r$", RegexOptions.Multiline), Is.EqualTo(cpus));
    }

    [Test]
    public void Every_cpu_executes_and_takes_interrupts()
    {
        Assert.That(_record.Statistics.Cpus, Has.Count.EqualTo(cpus));
        Assert.That(_record.Statistics.Cpus.Select(cpu => cpu.Instructions), Is.All.GreaterThan(1_000_000));
        Assert.That(_record.Statistics.Cpus.Select(cpu => cpu.Exceptions["irq"]), Is.All.GreaterThan(10));
    }

    [Test]
    public void Cpus_interrupt_one_another()
    {
        Match line = Regex.Match(_record["cat /proc/interrupts"], @"IPI0:((\s+\d+)+)\s+Rescheduling interrupts");

        Assert.That(line.Success);
        Assert.That(line.Groups[2].Captures.Select(c => int.Parse(c.ValueSpan, CultureInfo.InvariantCulture)), Has.Exactly(cpus > 1 ? cpus : 0).GreaterThan(0));
    }

    [Test]
    public void Processes_that_compute_at_once_all_end() =>
        Assert.That(Regex.Count(_record[LinuxRecord.SeveralProcesses], @"^=300\r$", RegexOptions.Multiline), Is.EqualTo(8));

    [Test]
    public void A_cpu_goes_and_comes_back()
    {
        string[] online = [.. Regex.Matches(_record[LinuxRecord.SwitchOffAndOn], @"^[0-9,-]+(?=\r$)", RegexOptions.Multiline).Select(match => match.Value)];

        // Linux has no switch for a CPU that is alone.
        string all = cpus == 1 ? "0" : $"0-{cpus - 1}";
        string withoutSecond = cpus switch { 1 or 2 => "0", 3 => "0,2", _ => $"0,2-{cpus - 1}" };
        Assert.That(online, Is.EqualTo([withoutSecond, all]));
    }

    [Test]
    public void Kernel_log_complains_of_nothing() =>
        Assert.That(_record["dmesg"], Does.Contain("Booting Linux on physical CPU").And.Not.Match(@"\bBUG\b|\bOops\b|WARNING|Call trace|soft lockup|rcu.*stall"));

    [Test]
    public void Two_seconds_of_sleep_are_two_seconds_of_the_kernels_clock()
    {
        Match uptime = Regex.Match(_record["sleep 2; cat /proc/uptime"], @"^(\d+\.\d+) \d+\.\d+\r$", RegexOptions.Multiline);

        Assert.That(double.Parse(uptime.Groups[1].ValueSpan, CultureInfo.InvariantCulture), Is.InRange(2, _record.Statistics.VirtualSeconds));
    }

    [Test]
    public void Nothing_of_the_cpu_is_missing() => Assert.That(_record.Statistics.Undefined, Is.Empty);

    [Test]
    public void Poweroff_ends_the_run() => Assert.That(_record.End, Is.EqualTo(StopReason.PowerOff));
}
