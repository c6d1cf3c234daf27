using System.Text.Json;
using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Tests.Comparison;

public sealed class BenchCommandTests
{
    [Test]
    public void Chosen_guests_are_run_and_their_figures_written()
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"bench-{Environment.ProcessId}.json");
        var host = new FakeToolHost();

        int exitCode = EmuCommandLine.Invoke(["bench", "selfmod", "--runs", "2", "--with", "auto,interpreter", "--json", file], host);

        Assert.That(exitCode, Is.EqualTo(ExitCode.Success), host.ErrorText);
        Assert.That(host.OutputText, Does.Contain("in this process").And.Contain("in this process, interpreted").And.Not.Contain("qemu"));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
        File.Delete(file);
        JsonElement contest = json.RootElement.GetProperty("selfmod");
        Assert.That(contest.GetProperty("inProcess").GetProperty("seconds").GetArrayLength(), Is.EqualTo(2));
        Assert.That(contest.GetProperty("interpreter").TryGetProperty("ratio", out _), Is.False);
        Assert.That(contest.GetProperty("figures").GetProperty("interpreter.mips").GetDouble(), Is.Positive);
    }

    [Test]
    public void A_program_of_the_users_runs_until_it_prints_what_was_said()
    {
        var host = new FakeToolHost();

        Assert.That(
            EmuCommandLine.Invoke(["bench", "--elf", Path.Combine(AppContext.BaseDirectory, "console.elf"), "--until", "ready>", "--runs", "1", "--with", "auto"], host),
            Is.EqualTo(ExitCode.Success),
            host.ErrorText);
        Assert.That(host.OutputText, Does.Contain("console.elf").And.Contain("in this process"));
    }

    [Test]
    public void Its_machine_can_be_chosen()
    {
        var host = new FakeToolHost();
        string[] machine = ["--cpu", "cortex-a53", "--cpus", "2", "--el", "3"];

        int exitCode = EmuCommandLine.Invoke(
            ["bench", "--elf", Path.Combine(AppContext.BaseDirectory, "console.elf"), "--until", "ready>", "--runs", "1", "--with", "auto,process", .. machine], host);

        Assert.That(exitCode, Is.EqualTo(ExitCode.Success), host.ErrorText);
        Assert.That(host.OutputText, Does.Contain("a fresh process"));
        Assert.That(EmuCommandLine.Invoke(["bench", "svc", .. machine], host), Is.EqualTo(ExitCode.Usage));
        Assert.That(host.ErrorText, Does.Contain("--elf"));
    }

    [Test]
    [Category("Long")]
    public void The_ways_to_a_disk_are_set_side_by_side()
    {
        string folder = Directory.CreateTempSubdirectory("bench-").FullName;
        try
        {
            var host = new FakeToolHost();
            Assert.That(EmuCommandLine.Invoke(["bench", "blk1", "--runs", "1", "--with", "auto,backends", "--stats", folder], host), Is.EqualTo(ExitCode.Success), host.ErrorText);
            Assert.That(host.OutputText, Does.Contain("Unix socket to emu serve").And.Contain("servedTcp.requestsPerSecond: "));
            string[] files = Directory.GetFiles(folder);
            Assert.That(files.Select(Path.GetFileName), Is.SupersetOf(new[] { "blk1-inProcess.json", "blk1-served.json", "blk1-servedMessages.json", "blk1-servedUnix.json", "blk1-servedTcp.json" }));

            string page = Path.Combine(folder, "page.html");
            Assert.That(EmuCommandLine.Invoke(["report", .. files.Order(StringComparer.Ordinal), "--output", page], host), Is.EqualTo(ExitCode.Success), host.ErrorText);
            string text = File.ReadAllText(page);
            Assert.That(text, Does.Contain("<h2>Side by side</h2>"));
            Assert.That(text[text.IndexOf("<h2>Side by side</h2>", StringComparison.Ordinal)..], Does.Contain("blk1-servedUnix").And.Contain("Requests that took no longer, host time"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void A_guest_with_a_device_is_told_in_requests_a_second()
    {
        var host = new FakeToolHost();

        Assert.That(EmuCommandLine.Invoke(["bench", "blk1", "blk32", "wire", "messages", "dragonball", "--runs", "1", "--with", "auto,interpreter"], host), Is.EqualTo(ExitCode.Success), host.ErrorText);
        Assert.That(host.OutputText, Does.Contain("inProcess.requestsPerSecond: ").And.Contain("interpreter.requestsPerSecond: "));
    }
}
