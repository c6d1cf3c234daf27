using System.Xml.Linq;
using Emulator.Debugging;
using Emulator.Timing;
using Emulator.Tool.CommandLine;
using Emulator.Tool.Running;

namespace Emulator.Tool.Tests.Reporting;

public sealed class ReportCommandTests
{
    private string _folder = "";

    private string Page => Path.Combine(_folder, "page.html");

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_timeline_becomes_tables_and_plots()
    {
        string page = Report(WriteTrace());

        Assert.That(page, Does.Contain("<h2>trace.json</h2>").And.Contain("10 ms of virtual time with 12 requests to 1 device"));
        Assert.That(page, Does.Contain("<td class=\"text\">read</td><td>0</td><td>10</td><td>160</td><td>5\u2009130</td>"));
        Assert.That(page, Does.Contain("<td class=\"text\">interrupts by wire</td><td>1</td>"));
        Assert.That(page, Does.Contain("<td class=\"text\">fault: ChainTooLong</td><td>1</td>"));
        Assert.That(page, Does.Contain("expected: &lt;b&gt;&amp;"), "a guest's text is text");
        Assert.That(page, Does.Contain("<td class=\"text\">all CPUs waited</td><td>4 ms</td>").And.Contain("<td>40%</td>"));
        Assert.That(TitlesOf(page), Is.EqualTo(new[]
        {
            "Share of time that all CPUs waited", "Requests that took no longer, virtual time", "Requests that took no longer, host time", "Throughput", "Requests completed each second",
            "Requests on their way, mean",
        }));
    }

    [Test]
    public void Every_picture_is_xml_and_nothing_is_fetched()
    {
        string page = Report(WriteTrace());

        Assert.That(TitlesOf(page), Is.Not.Empty);
        Assert.That(page, Does.Not.Contain("src=").And.Not.Contain("href=").And.Not.Contain("url(").And.Not.Contain("http"));
    }

    [Test]
    public void The_same_files_give_the_same_page()
    {
        string trace = WriteTrace();

        string first = Report(trace);

        Assert.That(Report(trace), Is.EqualTo(first));
    }

    [Test]
    public void Statistics_become_tables_and_plots()
    {
        string page = Report(WriteStatistics(runs: 1));

        Assert.That(page, Does.Contain("<td class=\"text\">stop</td><td class=\"text\">poweroff</td>"));
        Assert.That(page, Does.Contain("<tr><th class=\"text\">device</th><th>accesses</th><th>requests</th></tr>"));
        Assert.That(page, Does.Contain("<tr><td class=\"text\">disk</td><td></td><td>3</td></tr>"));
        Assert.That(page, Does.Contain("<td>1</td><td>3</td><td class=\"text\">virtual</td><td>2 &#181;s</td>"));
        Assert.That(TitlesOf(page), Is.EqualTo(new[] { "Requests that took no longer, virtual time" }));
    }

    [Test]
    public void Several_runs_have_a_line_each()
    {
        Assert.That(Report(WriteStatistics(runs: 3)), Does.Contain("3 runs in one process").And.Contain("<tr><td>3</td>"));
    }

    [Test]
    public void Requests_that_all_took_the_same_time_need_no_plot()
    {
        string file = Path.Combine(_folder, "trace.json");
        using (ChromeTrace trace = ChromeTrace.Create(file))
        {
            trace.Record(Request(1_000, 1_000, "read", 0, 0));
        }

        Assert.That(Report(file), Does.Contain("Each request took 0 s of virtual time."));
    }

    [Test]
    public void A_timeline_that_was_cut_off_at_any_byte_is_read_as_far_as_it_goes()
    {
        string text = File.ReadAllText(WriteTrace());
        for (int length = 1; length < text.Length; length += 61)
        {
            string file = Path.Combine(_folder, "cut.json");
            File.WriteAllText(file, text[..length]);

            string page = Report(file);

            Assert.That(page, Does.Contain(length > text.LastIndexOf(']') ? " device." : "the run was cut off"), $"{length}");
        }
    }

    [TestCase("", "neither")]
    [TestCase("hello", "neither")]
    [TestCase("[\n1,\n2]", "line 2")]
    [TestCase("[\n{\"name\":\"x\",\"ph\":\"b\",\"pid\":1},\n]", "line 2")]
    [TestCase("[\n{\"name\":\"x\",\"ph\":\"i\",\"pid\":1,\"cat\":\"state\",\"ts\":-5},\n]", "line 2")]
    [TestCase("[\n{\"name\":\"x\",\"ph\":\"i\",\"pid\":1,\"cat\":\"state\",\"ts\":1e20},\n]", "line 2")]
    [TestCase("[\n{\"name\":\"x\",\"ph\":\"i\",\"pid\":1,\"cat\":7,\"ts\":5},\n]", "line 2")]
    [TestCase("[\n{\"na\n]", "line 2")]
    [TestCase("{}", "no statistics")]
    [TestCase("{\"devices\":", "no statistics")]
    [TestCase("{\"runs\":7}", "no statistics")]
    public void A_file_of_another_kind_is_an_error_of_the_host(string text, string expected)
    {
        string file = Path.Combine(_folder, "other.json");
        File.WriteAllText(file, text);
        var host = new FakeToolHost();

        Assert.That(EmuCommandLine.Invoke(["report", file, "--output", Page], host), Is.EqualTo(ExitCode.HostError));
        Assert.That(host.ErrorText, Does.StartWith("emu: '").And.Contain("other.json").And.Contain(expected));
        Assert.That(File.Exists(Page), Is.False);
    }

    [Test]
    public void Files_that_are_not_there_are_errors_of_the_host()
    {
        string trace = WriteTrace();
        foreach ((string input, string output) in new[] { (Path.Combine(_folder, "missing"), Page), (trace, Path.Combine(_folder, "missing", "page.html")) })
        {
            var host = new FakeToolHost();
            Assert.That(EmuCommandLine.Invoke(["report", input, "--output", output], host), Is.EqualTo(ExitCode.HostError));
            Assert.That(host.ErrorText, Does.Contain("missing"));
        }
    }

    [TestCase("report")]
    [TestCase("report trace.json")]
    [TestCase("report --output page.html")]
    [TestCase("report trace.json --output")]
    public void A_command_line_that_lacks_something_is_wrong(string line)
    {
        Assert.That(EmuCommandLine.Invoke(line.Split(' '), new FakeToolHost()), Is.EqualTo(ExitCode.Usage));
    }

    private string Report(params string[] files)
    {
        var host = new FakeToolHost();
        Assert.That(EmuCommandLine.Invoke(["report", .. files, "--output", Page], host), Is.EqualTo(ExitCode.Success), host.ErrorText);
        return File.ReadAllText(Page);
    }

    // The pictures, read as XML.
    private static string[] TitlesOf(string page)
    {
        var titles = new List<string>();
        for (int start = page.IndexOf("<svg", StringComparison.Ordinal); start >= 0; start = page.IndexOf("<svg", start + 1, StringComparison.Ordinal))
        {
            int end = page.IndexOf("</svg>", start, StringComparison.Ordinal) + "</svg>".Length;
            titles.Add(XElement.Parse(page[start..end]).Element("title")!.Value);
        }

        return [.. titles];
    }

    private string WriteTrace()
    {
        string file = Path.Combine(_folder, "trace.json");
        using ChromeTrace trace = ChromeTrace.Create(file);
        TraceEvent device = Request(0, 0, "", 0, 0) with { Kind = TraceEventKind.Notification, Text = null };
        for (int i = 0; i < 10; i++)
        {
            trace.Record(Request(i * 500_000, (i * 500_000) + 1_000 + i, "read", 16, 513));
        }

        trace.Record(Request(6_000_000, 6_100_000, "write", 528, 1) with { Queue = 1 });
        trace.Record(Request(6_000_000, 6_200_000, "write", 528, 1) with { Queue = 1 });
        trace.Record(device);
        trace.Record(device with { Kind = TraceEventKind.Interrupt, Text = "wire" });
        trace.Record(device with { Kind = TraceEventKind.Fault, Text = "ChainTooLong" });
        trace.Record(new TraceEvent { Kind = TraceEventKind.Idle, Started = new VirtualTime(6_000_000), Time = new VirtualTime(10_000_000), Source = "machine" });
        trace.Record(new TraceEvent { Kind = TraceEventKind.Mark, Time = new VirtualTime(10_000_000), Source = "machine", Text = "expected: <b>&" });
        return file;
    }

    private static TraceEvent Request(long announced, long completed, string type, long read, long written) => new()
    {
        Kind = TraceEventKind.Request,
        Source = "disk",
        Queue = 0,
        Text = type,
        Announced = new VirtualTime(announced),
        Started = new VirtualTime(announced),
        Time = new VirtualTime(completed),
        BytesRead = read,
        BytesWritten = written,
        HostNanoseconds = 1 + (completed / 1000),
    };

    private string WriteStatistics(int runs)
    {
        var latency = new LatencySummary { Count = 3, Mean = 2000, P50 = 1023, P90 = 3000, P99 = 3000, Max = 3000, Buckets = [new LatencyBucket(960, 1023, 2), new LatencyBucket(2944, 3071, 1)] };
        var statistics = new MachineStatistics
        {
            Instructions = 1,
            Skipped = 0,
            VirtualSeconds = 1,
            Engine = "interpreter",
            MmioAccesses = 0,
            Interrupts = 0,
            Undefined = new Dictionary<string, long>(),
            Cpus = [],
            Devices = new Dictionary<string, IReadOnlyDictionary<string, long>> { ["disk"] = new Dictionary<string, long> { ["requests"] = 3 }, ["uart"] = new Dictionary<string, long> { ["accesses"] = 1 } },
            Latencies = new Dictionary<string, IReadOnlyList<QueueLatency>> { ["disk"] = [new QueueLatency(1, latency, null)] },
        };
        string file = Path.Combine(_folder, "stats.json");
        File.WriteAllText(file, StatisticsFile.Format([.. Enumerable.Repeat(new RunOutcome(0, "poweroff", statistics, 1, 1), runs)], listRuns: runs > 1));
        return file;
    }
}
