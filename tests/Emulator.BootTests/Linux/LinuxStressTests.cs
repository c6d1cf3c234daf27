using System.Globalization;
using Emulator.Boards;
using Emulator.Testing;

namespace Emulator.BootTests.Linux;

/// <summary>
/// A kernel that is kept busy: processes, pipes, memory, files, timers, threads, and tools of the shell, round after round, each with checksums of its own (guest-images/stress).
/// <c>EMULATOR_STRESS_INSTRUCTIONS</c> sets how many instructions the rounds take at least.
/// </summary>
[Category("Long")]
public sealed class LinuxStressTests : MachineFixture
{
    private const long DefaultInstructions = 1_000_000_000;

    // What the first round comes to, whatever the kernel, the number of CPUs and the engine.
    private const string FirstChecksum = "74ab28270f7b4a79b21bca2e3878d57a";

    // Virtual time of a round is a tenth of a second or so; nothing but these bounds one that hangs.
    private static readonly ExpectOptions s_limits = new() { VirtualTime = TimeSpan.FromSeconds(60), HostTime = TimeSpan.FromMinutes(20) };

    private static long LeastInstructions =>
        Environment.GetEnvironmentVariable("EMULATOR_STRESS_INSTRUCTIONS") is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : DefaultInstructions;

    [TestCase(1)]
    [TestCase(4)]
    public void All_checksums_are_right(int cpus)
    {
        Machine machine = Boot(cpus, "auto");

        long end = machine.RetiredInstructions + LeastInstructions;
        int rounds = 0;
        while (machine.RetiredInstructions < end)
        {
            RunRound(machine, ++rounds);
            if (rounds % 100 == 0)
            {
                TestContext.Progress.WriteLine($"{cpus} CPUs, {rounds} rounds: {machine.RetiredInstructions / 1_000_000} million instructions");
            }
        }

        TestContext.Out.WriteLine($"{rounds} rounds, {machine.RetiredInstructions} instructions, {machine.Clock.Now}, engine {machine.Engine}, {machine.Statistics.Translation}");
        Assert.That(machine.Statistics.Undefined, Is.Empty);
        Assert.That(
            machine.Console.SendLine("dmesg").Expect(LinuxRecord.Prompt, s_limits).Before,
            Does.Contain("Booting Linux on physical CPU").And.Not.Match(@"\bBUG\b|\bOops\b|WARNING|Call trace|soft lockup|rcu.*stall"));
    }

    [TestCase(1)]
    [TestCase(4)]
    public void Both_engines_do_the_same(int cpus)
    {
        Machine translated = Boot(cpus, "auto");
        RunRound(translated, 1);

        Machine interpreted = Boot(cpus, "interpreter");
        RunRound(interpreted, 1);

        Assert.That(translated.Console.Transcript, Is.EqualTo(interpreted.Console.Transcript));
        Assert.That(translated.RetiredInstructions, Is.EqualTo(interpreted.RetiredInstructions));
        Assert.That(translated.Clock.Now, Is.EqualTo(interpreted.Clock.Now));
    }

    private static void RunRound(Machine machine, int round)
    {
        string answer = machine.Console.SendLine($"round {round}").Expect(LinuxRecord.Prompt, s_limits).Before;
        Assert.That(answer, Does.Match($@"(?m)^round {round}: right {(round == 1 ? FirstChecksum : "[0-9a-f]{32}")}\r?$"));
    }

    private Machine Boot(int cpus, string engine)
    {
        Machine machine = Start(new MachineBuilder(Board.Virt).WithMemory(512.MiB()).WithCpus(cpus).WithEngine(engine)
            .WithKernel(new GuestImage("linux-current").Path).WithInitrd(BusyboxDisk.Stress).WithCommandLine("console=ttyAMA0 rdinit=/bin/sh"));
        machine.Console.Expect(LinuxRecord.Prompt, s_limits);
        foreach (string command in new[] { "mount -t proc proc /proc", "mount -t devtmpfs devtmpfs /dev", "mount -t tmpfs tmpfs /tmp" })
        {
            machine.Console.SendLine(command).Expect(LinuxRecord.Prompt, s_limits);
        }

        return machine;
    }
}
