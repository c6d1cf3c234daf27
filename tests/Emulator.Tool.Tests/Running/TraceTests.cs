using System.Text.Json;
using Emulator.Testing;
using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Tests.Running;

/// <summary>U-Boot reads from and writes to a disk, and the run writes a timeline of it.</summary>
public sealed class TraceTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_run_writes_what_its_devices_did_and_writes_the_same_again([GuestImage("u-boot")] GuestImage image)
    {
        string first = Run(image, "first.json,virtual");
        string second = Run(image, "second.json,virtual");

        Assert.That(second, Is.EqualTo(first));
        using JsonDocument document = JsonDocument.Parse(first);
        JsonElement[] events = [.. document.RootElement.EnumerateArray()];
        JsonElement[] begins = Of("b");
        JsonElement[] ends = Of("e");
        Assert.That(begins.Select(Name), Does.Contain("read").And.Contain("write"));
        Assert.That(ends.Select(Id), Is.EqualTo(begins.Select(Id)));
        Assert.That(ends.Zip(begins, (end, begin) => Instant(end) - Instant(begin)), Is.All.EqualTo(20).Within(1e-6), "microseconds");
        Assert.That(begins.Single(e => Name(e) == "write").GetProperty("args").GetProperty("read").GetInt64(), Is.EqualTo(16 + (32 * 512)));
        Assert.That(events.Count(e => Name(e) == "notification"), Is.EqualTo(begins.Length), "U-Boot has one request at a time");
        Assert.That(events.Count(e => Name(e) == "expected: => "), Is.EqualTo(4));
        Assert.That(first, Does.Not.Contain("\"host\""));

        // What is no begin of something that took time is told when it happens.
        double[] instants = [.. events.Where(e => Phase(e) is "i" or "e").Select(Instant)];
        Assert.That(instants, Is.Ordered);

        JsonElement[] Of(string phase) => [.. events.Where(e => Phase(e) == phase)];
        static string? Name(JsonElement e) => e.GetProperty("name").GetString();
        static string? Phase(JsonElement e) => e.GetProperty("ph").GetString();
        static long Id(JsonElement e) => e.GetProperty("id").GetInt64();
        static double Instant(JsonElement e) => e.GetProperty("ts").GetDouble();
    }

    [Test]
    public void A_report_tells_of_the_run([GuestImage("u-boot")] GuestImage image)
    {
        Run(image, "trace.json", "--stats", Path.Combine(_folder, "stats.json"));
        string page = Path.Combine(_folder, "page.html");
        var host = new FakeToolHost();

        int exitCode = EmuCommandLine.Invoke(["report", Path.Combine(_folder, "trace.json"), Path.Combine(_folder, "stats.json"), "--output", page], host);

        Assert.That(exitCode, Is.EqualTo(ExitCode.Success), host.ErrorText);
        string text = File.ReadAllText(page);
        Assert.That(text, Does.Contain("virtio-blk@a003e00").And.Contain("<td class=\"text\">write</td><td>0</td><td>1</td>").And.Contain("suppressedInterrupts"));
        Assert.That(text.Split("<svg"), Has.Length.GreaterThan(5));
    }

    [Test]
    public void Host_time_stands_beside_unless_it_is_left_out([GuestImage("u-boot")] GuestImage image)
    {
        Assert.That(Run(image, "trace.json"), Does.Contain("\"host\":").And.Contain("\"hostDuration\":"));
    }

    [Test]
    public void A_file_that_cannot_be_written_is_an_error_of_the_host([GuestImage("u-boot")] GuestImage image)
    {
        var host = new FakeToolHost();

        int exitCode = EmuCommandLine.Invoke(["run", "--firmware", image.Path, "--trace", Path.Combine(_folder, "nowhere", "t.json")], host);

        Assert.That(exitCode, Is.EqualTo(ExitCode.HostError));
        Assert.That(host.ErrorText, Does.StartWith("emu: the trace ").And.Contain("nowhere").And.Contain("cannot be written"));
        Assert.That(host.OutputText, Is.Empty);
    }

    private string Run(GuestImage image, string trace, params string[] more)
    {
        string disk = Path.Combine(_folder, "disk.img");
        File.WriteAllBytes(disk, new byte[1 << 20]);
        var host = new FakeToolHost();
        int exitCode = EmuCommandLine.Invoke(
            [
                "run", "--firmware", image.Path, "--drive", disk + ",snapshot", "--virtio", "latency=20000", "--timeout", "60", "--trace", Path.Combine(_folder, trace),
                "--expect", "stop autoboot", "--send", " ", "--expect", "=> ",
                "--send", "virtio scan\\n", "--expect", "=> ", "--send", "virtio read 42000000 0 40\\n", "--expect", "=> ", "--send", "virtio write 42000000 0 20\\n", "--expect", "=> ",
                .. more,
            ],
            host);
        Assert.That(exitCode, Is.EqualTo(ExitCode.Success), host.ErrorText);
        return File.ReadAllText(Path.Combine(_folder, trace.Split(',')[0]));
    }
}
