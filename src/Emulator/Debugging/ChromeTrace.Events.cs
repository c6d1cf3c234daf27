using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Emulator.Timing;

namespace Emulator.Debugging;

// How events look in the file. All times in it are microseconds.
public sealed partial class ChromeTrace
{
    // Threads of a device besides those of its queues, and of the machine.
    private const long DeviceTrack = -1;
    private const long IdleTrack = -2;
    private const long MarkTrack = -3;

    // Requests of a queue overlap, so that they are no nested slices of its thread but asynchronous ones with a number each.
    private void WriteRequest(in TraceEvent e)
    {
        _requests++;
        string name = e.Text ?? "request";
        Start(name, 'b', e, e.Announced, TrackOf(e));
        WriteRequestId();
        _json.WriteStartObject("args");
        WriteQueue(e);
        _json.WriteNumber("head", e.Head);
        _json.WriteNumber("read", e.BytesRead);
        _json.WriteNumber("written", e.BytesWritten);
        if (e.HostNanoseconds is { } host)
        {
            _json.WriteNumber("hostDuration", Microseconds(host));
        }

        WriteHostTime();
        End();
        if (e.Started != e.Announced)
        {
            Start("start", 'n', e, e.Started, TrackOf(e));
            WriteRequestId();
            _json.WriteStartObject("args");
            End();
        }

        Start(name, 'e', e, e.Time, TrackOf(e));
        WriteRequestId();
        _json.WriteStartObject("args");
        End();
    }

    private void WriteIdle(in TraceEvent e)
    {
        Start("idle", 'X', e, e.Started, IdleTrack);
        _json.WriteNumber("dur", Microseconds(e.Time.Nanoseconds - e.Started.Nanoseconds));
        _json.WriteStartObject("args");
        WriteHostTime();
        End();
    }

    private void WriteInstant(in TraceEvent e)
    {
        (string name, string scope, long track) = e.Kind switch
        {
            TraceEventKind.Notification => ("notification", "t", TrackOf(e)),
            TraceEventKind.Interrupt => ("interrupt", "t", TrackOf(e)),
            TraceEventKind.DeviceStatus => ("status", "t", DeviceTrack),
            TraceEventKind.DeviceReset => ("reset", "p", DeviceTrack),
            TraceEventKind.Fault => ("fault", "p", TrackOf(e)),
            TraceEventKind.MachineReset => ("machine reset", "g", DeviceTrack),
            _ => (e.Text ?? "mark", "p", MarkTrack),
        };
        Start(name, 'i', e, e.Time, track);
        _json.WriteString("s", scope);
        _json.WriteStartObject("args");
        WriteQueue(e);
        if (e.Text is { } text)
        {
            _json.WriteString(ArgumentOf(e.Kind), text);
        }

        WriteHostTime();
        End();
    }

    private static string ArgumentOf(TraceEventKind kind) => kind switch
    {
        TraceEventKind.Interrupt => "by",
        TraceEventKind.DeviceStatus => "status",
        TraceEventKind.Fault => "fault",
        _ => "text",
    };

    private static string CategoryOf(TraceEventKind kind) => kind switch
    {
        TraceEventKind.Request => "request",
        TraceEventKind.Notification => "notification",
        TraceEventKind.Interrupt => "interrupt",
        TraceEventKind.Idle => "idle",
        TraceEventKind.Mark => "mark",
        _ => "state",
    };

    private static long TrackOf(in TraceEvent e) => e.Queue ?? DeviceTrack;

    private static decimal Microseconds(long nanoseconds) => nanoseconds / 1000m;

    // Everything up to the members of its own kind.
    private void Start(string name, char phase, in TraceEvent e, VirtualTime time, long track)
    {
        int process = ProcessOf(e.Source);
        int thread = ThreadOf(process, track);
        StartObject(name, phase, process);
        _json.WriteNumber("tid", thread);
        _json.WriteNumber("ts", Microseconds(time.Nanoseconds));
        _json.WriteString("cat", CategoryOf(e.Kind));
    }

    private void WriteRequestId() => _json.WriteNumber("id", _requests);

    private void WriteQueue(in TraceEvent e)
    {
        if (e.Queue is { } queue)
        {
            _json.WriteNumber("queue", queue);
        }
    }

    private void WriteHostTime()
    {
        if (_hostTime is not null)
        {
            _json.WriteNumber("host", Math.Round((decimal)_hostTime.GetElapsedTime(_hostStart).TotalMicroseconds, 1));
        }
    }

    private int ProcessOf(string source)
    {
        if (!_processes.TryGetValue(source, out int process))
        {
            process = ++_lastId;
            _processes.Add(source, process);
            WriteName("process_name", process, null, source);
        }

        return process;
    }

    // Numbers of processes and threads are all different, as viewers take equal ones for the same.
    private int ThreadOf(int process, long track)
    {
        if (!_threads.TryGetValue((process, track), out int thread))
        {
            thread = ++_lastId;
            _threads.Add((process, track), thread);
            WriteName("thread_name", process, thread, track switch
            {
                DeviceTrack => "device",
                IdleTrack => "all CPUs",
                MarkTrack => "marks",
                _ => string.Create(CultureInfo.InvariantCulture, $"queue {track}"),
            });
        }

        return thread;
    }

    private void WriteName(string what, int process, int? thread, string name)
    {
        StartObject(what, 'M', process);
        if (thread is { } id)
        {
            _json.WriteNumber("tid", id);
        }

        _json.WriteStartObject("args");
        _json.WriteString("name", name);
        End();
    }

    private void StartObject(string name, char phase, int process)
    {
        _buffer.Write(_isEmpty ? "\n"u8 : ",\n"u8);
        _isEmpty = false;
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("name", name);
        _json.WriteString("ph", [phase]);
        _json.WriteNumber("pid", process);
    }

    // Of the arguments and the event.
    private void End()
    {
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
    }
}
