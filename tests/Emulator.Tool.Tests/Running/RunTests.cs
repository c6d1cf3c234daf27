using System.Text.Json;
using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Tests.Running;

/// <summary>Runs the guest <c>guest-images/console</c>, which does what it is told by one key, through the whole command line.</summary>
public sealed class RunTests
{
    private static readonly string Guest = Path.Combine(AppContext.BaseDirectory, "console.elf");

    [Test]
    public void Standard_input_is_the_guests_and_its_output_is_all_that_goes_to_standard_output()
    {
        var host = new FakeToolHost("ab\u00ffq");

        Assert.That(Run(host), Is.EqualTo(ExitCode.Success), host.ErrorText);
        Assert.That(host.OutputText, Is.EqualTo("ready> ab\u00ff"));
        Assert.That(host.ErrorText, Is.Empty);
    }

    [Test]
    public void Input_longer_than_the_fifo_loses_nothing()
    {
        string text = string.Concat(Enumerable.Range(0, 5000).Select(i => (char)('A' + (i % 26))));
        var host = new FakeToolHost(text + "q");

        Run(host);

        Assert.That(host.OutputText, Is.EqualTo("ready> " + text));
    }

    [Test]
    public void A_script_is_taken_in_its_order_and_ends_at_its_last_match()
    {
        var host = new FakeToolHost("never read");

        int exitCode = Run(host, "--expect", "ready> ", "--send", "12", "--send", "34", "--expect", "3", "--send", "5", "--expect", "45?");

        Assert.That(exitCode, Is.EqualTo(ExitCode.Success), host.ErrorText);
        Assert.That(host.OutputText, Is.EqualTo("ready> 1234"));
    }

    [Test]
    public void After_a_final_send_the_run_goes_on()
    {
        var host = new FakeToolHost();

        Assert.That(Run(host, "--expect", "ready", "--send", "xyzq"), Is.EqualTo(ExitCode.Success));
        Assert.That(host.OutputText, Is.EqualTo("ready> xyz"));
    }

    [TestCase("q", "poweroff")]
    [TestCase("w", "lockup")]
    [TestCase("f", "lockup")]
    public void An_expectation_that_the_guest_outlives_by_its_end_is_told_with_pattern_console_and_place(string key, string stop)
    {
        var host = new FakeToolHost();

        int exitCode = Run(host, "--send", "ab" + key, "--expect", "never+", "--stats", "-");

        Assert.That(exitCode, Is.EqualTo(ExitCode.ExpectationFailed));
        Assert.That(host.ErrorText, Does.Contain("never+").And.Contain("| ready> ab").And.Contain("PC 0x"));
        Assert.That(StatisticsOf(host).GetProperty("stop").GetString(), Is.EqualTo(stop));
    }

    [TestCase("w")]
    [TestCase("f")]
    public void A_guest_that_locks_up_is_told(string key)
    {
        var host = new FakeToolHost(key);

        Assert.That(Run(host), Is.EqualTo(ExitCode.LockUp));
        Assert.That(host.ErrorText, Does.StartWith("emu: the guest locked up").And.Contain("PC 0x"));
    }

    [Test]
    public void The_limit_on_host_time_ends_a_guest_that_spins()
    {
        var host = new FakeToolHost();

        Assert.That(Run(host, "--send", "s", "--timeout", "0.2", "--stats", "-"), Is.EqualTo(ExitCode.ExpectationFailed));
        Assert.That(StatisticsOf(host).GetProperty("stop").GetString(), Is.EqualTo("timeout"));
    }

    [Test]
    public void The_limit_of_instructions_is_exact_and_a_success()
    {
        var host = new FakeToolHost();

        Assert.That(Run(host, "--send", "s", "--max-instructions", "123457", "--stats", "-"), Is.EqualTo(ExitCode.Success));
        Assert.That(StatisticsOf(host).GetProperty("instructions").GetInt64(), Is.EqualTo(123457));
    }

    [Test]
    public void The_limit_of_virtual_time_is_a_success_unless_something_is_expected()
    {
        Assert.That(Run(new FakeToolHost(), "--send", "s", "--max-virtual", "0.001"), Is.EqualTo(ExitCode.Success));
        Assert.That(Run(new FakeToolHost(), "--send", "s", "--max-virtual", "0.001", "--expect", "x"), Is.EqualTo(ExitCode.ExpectationFailed));
    }

    [Test]
    public void Slower_instructions_take_more_virtual_time()
    {
        var host = new FakeToolHost();

        _ = Run(host, "--send", "s", "--max-instructions", "10000", "--instruction-time", "16", "--stats", "-");

        using var statistics = JsonDocument.Parse(host.ErrorText.TrimEnd().Split('\n')[^1]);
        Assert.That(statistics.RootElement.GetProperty("virtualSeconds").GetDouble(), Is.EqualTo(160e-6));
    }

    [Test]
    public void A_reset_runs_on_unless_told_otherwise()
    {
        var again = new FakeToolHost();
        var once = new FakeToolHost();

        int first = Run(again, "--expect", "ready> ", "--send", "r", "--expect", "ready> ", "--send", "q");
        int second = Run(once, "--expect", "ready> ", "--send", "r", "--no-reboot");

        Assert.That((first, second), Is.EqualTo((ExitCode.Success, ExitCode.Success)), again.ErrorText);
        Assert.That((again.OutputText, once.OutputText), Is.EqualTo(("ready> ready> ", "ready> ")));
    }

    [Test]
    public void Statistics_have_the_names_that_scripts_rely_on()
    {
        var host = new FakeToolHost("q");

        Run(host, "--stats", "-");

        JsonElement statistics = StatisticsOf(host);
        Assert.That(
            statistics.EnumerateObject().Select(property => property.Name),
            Is.EqualTo(new[]
            {
                "instructions", "skipped", "wallSeconds", "runSeconds", "virtualSeconds", "engine", "mips", "stop", "undefined", "cpus", "mmioAccesses",
                "interrupts", "translation", "devices",
            }));
        Assert.That(statistics.GetProperty("cpus")[0].EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "instructions", "exceptions" }));
        Assert.That(statistics.GetProperty("translation").EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "blocks", "instructions", "seconds", "bytes", "regions", "flushes", "invalidations", "exits" }));
        Assert.That(statistics.GetProperty("stop").GetString(), Is.EqualTo("poweroff"));
        Assert.That(statistics.GetProperty("wallSeconds").GetDouble(), Is.GreaterThanOrEqualTo(statistics.GetProperty("runSeconds").GetDouble()));
    }

    [Test]
    public void Repeated_runs_are_told_one_by_one_and_are_the_same()
    {
        string file = Path.GetTempFileName();
        var host = new FakeToolHost("abcq");

        Assert.That(Run(host, "--repeat", "3", "--stats", file), Is.EqualTo(ExitCode.Success));

        JsonElement[] runs = [.. JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("runs").EnumerateArray()];
        File.Delete(file);
        Assert.That(runs.Select(run => run.GetProperty("instructions").GetInt64()).Distinct().Count(), Is.EqualTo(1));
        Assert.That(runs, Has.Length.EqualTo(3));
        Assert.That(host.OutputText, Is.EqualTo("ready> abcready> abcready> abc"));
    }

    [Test]
    public void At_a_terminal_every_key_is_the_guests_until_control_a_x()
    {
        bool wasRaw = false;
        var host = new FakeToolHost("a\u0003\u0001x") { IsInputTerminal = true };
        host.OnOutput = _ => wasRaw |= host.IsRaw;

        Assert.That(Run(host), Is.EqualTo(ExitCode.Success));
        Assert.That((host.RawModesEntered, host.IsRaw), Is.EqualTo((1, false)));
    }

    [Test]
    public void An_interrupt_ends_the_run()
    {
        var host = new FakeToolHost();
        host.OnOutput = _ => host.Interrupt!();

        Assert.That(Run(host, "--send", "s"), Is.EqualTo(ExitCode.Interrupted));
    }

    [Test]
    public void An_output_that_nobody_reads_ends_the_run()
    {
        var host = new FakeToolHost { OnOutput = _ => throw new IOException("Broken pipe") };

        Assert.That(Run(host, "--send", "s"), Is.EqualTo(ExitCode.HostError));
        Assert.That(host.ErrorText, Is.EqualTo("emu: standard output cannot be written: Broken pipe\n"));
    }

    [Test]
    public void The_device_tree_is_written_and_nothing_run()
    {
        string file = Path.GetTempFileName();
        var host = new FakeToolHost("never read");

        Assert.That(Run(host, "--dump-dtb", file), Is.EqualTo(ExitCode.Success), host.ErrorText);

        byte[] tree = File.ReadAllBytes(file);
        File.Delete(file);
        Assert.That(tree[..4], Is.EqualTo(new byte[] { 0xd0, 0x0d, 0xfe, 0xed }));
        Assert.That(host.OutputText, Is.Empty);
    }

    // No test waits for ever, whatever goes wrong.
    private static int Run(FakeToolHost host, params string[] arguments)
    {
        string[] watchdog = arguments.Contains("--timeout") ? [] : ["--timeout", "60"];
        return EmuCommandLine.Invoke(["run", "--kernel", Guest, .. watchdog, .. arguments], host);
    }

    private static JsonElement StatisticsOf(FakeToolHost host) =>
        JsonDocument.Parse(host.ErrorText.TrimEnd('\n').Split('\n')[^1]).RootElement;
}
