using System.Text.Json;
using Emulator.Debugging;
using Emulator.Timing;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Debugging;

internal sealed class ChromeTraceTests
{
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "trace.json");

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void ARequestIsAnAsynchronousSliceFromItsAnnouncementToItsCompletion()
    {
        JsonElement[] events = Write([
            new TraceEvent
            {
                Kind = TraceEventKind.Request,
                Source = "disk",
                Queue = 2,
                Text = "read",
                Announced = new VirtualTime(1_000),
                Started = new VirtualTime(1_500),
                Time = new VirtualTime(2_001),
                Head = 7,
                BytesRead = 16,
                BytesWritten = 513,
                HostNanoseconds = 1234,
            },
        ]);

        Assert.That(events.Select(e => e.GetRawText()), Is.EqualTo(new[]
        {
            """{"name":"process_name","ph":"M","pid":1,"args":{"name":"disk"}}""",
            """{"name":"thread_name","ph":"M","pid":1,"tid":2,"args":{"name":"queue 2"}}""",
            """{"name":"read","ph":"b","pid":1,"tid":2,"ts":1,"cat":"request","id":1,"args":{"queue":2,"head":7,"read":16,"written":513,"hostDuration":1.234}}""",
            """{"name":"start","ph":"n","pid":1,"tid":2,"ts":1.5,"cat":"request","id":1,"args":{}}""",
            """{"name":"read","ph":"e","pid":1,"tid":2,"ts":2.001,"cat":"request","id":1,"args":{}}""",
        }));
    }

    [Test]
    public void WhatHappensAtAnInstantIsAMark()
    {
        JsonElement[] events = Write([
            Event(TraceEventKind.Notification, queue: 0),
            Event(TraceEventKind.Interrupt, "message", queue: 0),
            Event(TraceEventKind.DeviceStatus, "Driver"),
            Event(TraceEventKind.DeviceReset),
            Event(TraceEventKind.Fault, "ChainTooLong", queue: 0),
            Event(TraceEventKind.MachineReset),
            Event(TraceEventKind.Mark, "expected: => \"\n"),
        ]);

        JsonElement[] instants = [.. events.Where(e => e.GetProperty("ph").GetString() == "i")];
        Assert.That(
            instants.Select(e => e.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "notification", "interrupt", "status", "reset", "fault", "machine reset", "expected: => \"\n" }));
        Assert.That(instants.Select(e => e.GetProperty("s").GetString()), Is.EqualTo(new[] { "t", "t", "t", "p", "p", "g", "p" }));
        Assert.That(instants[1].GetProperty("args").GetRawText(), Is.EqualTo("""{"queue":0,"by":"message"}"""));
        Assert.That(instants[4].GetProperty("args").GetProperty("fault").GetString(), Is.EqualTo("ChainTooLong"));
    }

    [Test]
    public void IdleTimeIsASlice()
    {
        JsonElement idle = Write([Event(TraceEventKind.Idle) with { Started = new VirtualTime(4_000), Time = new VirtualTime(9_500) }])[^1];

        Assert.That((idle.GetProperty("ph").GetString(), idle.GetProperty("ts").GetDouble(), idle.GetProperty("dur").GetDouble()), Is.EqualTo(("X", 4d, 5.5)));
    }

    [Test]
    public void NumbersOfProcessesAndThreadsAreAllDifferentAndNamed()
    {
        JsonElement[] events = Write([.. from source in new[] { "disk", "net" } from queue in Enumerable.Range(0, 3) select Event(TraceEventKind.Notification, queue: queue) with { Source = source }]);

        int[] processes = [.. events.Where(e => Name(e) == "process_name").Select(e => e.GetProperty("pid").GetInt32())];
        int[] threads = [.. events.Where(e => Name(e) == "thread_name").Select(e => e.GetProperty("tid").GetInt32())];
        Assert.That((processes.Length, threads.Length), Is.EqualTo((2, 6)));
        Assert.That(processes.Concat(threads), Is.Unique);
        Assert.That(events.Where(e => Name(e) == "notification").Select(e => e.GetProperty("tid").GetInt32()), Is.EqualTo(threads));

        static string? Name(JsonElement e) => e.GetProperty("name").GetString();
    }

    [Test]
    public void WhateverComesTheFileIsValidAndEveryBeginHasItsEnd()
    {
        Gen<TraceEvent> events =
            from kind in Gen.Elements(Enum.GetValues<TraceEventKind>())
            from times in Gen.Choose(0, 1_000_000).ArrayOf(3)
            from queue in Gen.Choose(-1, 5)
            from text in ArbMap.Default.GeneratorFor<string>()
            from source in Gen.Elements("machine", "disk", "net")
            let ordered = times.Order().ToArray()
            select new TraceEvent
            {
                Kind = kind,
                Announced = new VirtualTime(ordered[0]),
                Started = new VirtualTime(ordered[1]),
                Time = new VirtualTime(ordered[2]),
                Queue = queue < 0 ? null : queue,
                Source = source,
                Text = text,
            };
        Prop.ForAll(events.ArrayOf().ToArbitrary(), written =>
        {
            JsonElement[] read = Write(written);
            var ends = read.Where(e => Phase(e) == "e").ToDictionary(e => e.GetProperty("id").GetInt64(), Instant);
            JsonElement[] begins = [.. read.Where(e => Phase(e) == "b")];
            return begins.Length == ends.Count
                && begins.All(begin => Instant(begin) <= ends[begin.GetProperty("id").GetInt64()])
                && read.Count(e => Phase(e) is not ("M" or "e" or "n")) == written.Length;
        }).Check(Config.QuickThrowOnFailure);

        static string? Phase(JsonElement e) => e.GetProperty("ph").GetString();
        static double Instant(JsonElement e) => e.GetProperty("ts").GetDouble();
    }

    [Test]
    public void WhatIsInTheFileBeforeItsEndHasWholeEvents()
    {
        using ChromeTrace trace = ChromeTrace.Create(FilePath);
        long sizeBefore = 0;
        int steps = 0;
        for (int i = 0; steps < 3; i++)
        {
            trace.Record(Event(TraceEventKind.Notification, queue: i % 4));
            long size = new FileInfo(FilePath).Length;
            if (size != sizeBefore)
            {
                sizeBefore = size;
                steps++;
                using JsonDocument document = JsonDocument.Parse(ReadShared() + "]");
                Assert.That(document.RootElement.GetArrayLength(), Is.GreaterThan(i), "names of threads are events, too");
            }
        }
    }

    [Test]
    public void WithAHostClockEachEventTellsWhenItWas()
    {
        var time = new StoppedTime();
        JsonElement[] events;
        using (ChromeTrace trace = ChromeTrace.Create(FilePath, time))
        {
            time.Ticks += TimeSpan.TicksPerMillisecond;
            trace.Record(Event(TraceEventKind.Notification, queue: 0));
        }

        events = Read();
        Assert.That(events[^1].GetProperty("args").GetProperty("host").GetDouble(), Is.EqualTo(1000));
    }

    [Test]
    public void AFileThatCannotBeWrittenIsRefused()
    {
        Assert.That(
            () => ChromeTrace.Create(Path.Combine(_folder, "nowhere", "trace.json")),
            Throws.TypeOf<EmulatorException>().With.Message.Contains("nowhere").And.Message.Contains("cannot be written"));
        Assert.That(() => ChromeTrace.Create(_folder), Throws.TypeOf<EmulatorException>());
    }

    [Test]
    [Platform("Linux")]
    public void AFullDiskIsToldAndNothingElseHappens()
    {
        ChromeTrace trace = ChromeTrace.Create("/dev/full");
        for (int i = 0; i < 10_000; i++)
        {
            trace.Record(Event(TraceEventKind.Notification, queue: 0));
        }

        trace.Dispose();

        Assert.That(trace.Failure, Has.Message.Contains("/dev/full"));
    }

    private static TraceEvent Event(TraceEventKind kind, string? text = null, int? queue = null) =>
        new() { Kind = kind, Time = new VirtualTime(5_000), Source = "disk", Text = text, Queue = queue };

    private JsonElement[] Write(TraceEvent[] events)
    {
        using (ChromeTrace trace = ChromeTrace.Create(FilePath))
        {
            foreach (ref readonly TraceEvent e in events.AsSpan())
            {
                trace.Record(e);
            }
        }

        return Read();
    }

    private JsonElement[] Read()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(FilePath));
        return [.. document.RootElement.EnumerateArray().Select(e => e.Clone())];
    }

    private string ReadShared()
    {
        using var reader = new StreamReader(new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private sealed class StoppedTime : TimeProvider
    {
        public long Ticks { get; set; } = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ticks;
    }
}
