using System.Text.Json;

namespace Emulator.Tool.Reporting;

/// <summary>
/// Reads a timeline that <c>emu run --trace</c> has written, line by line, so that memory does not depend on its length. The end of a file may be missing: a run that was cut off has none.
/// </summary>
internal sealed class TraceFile
{
    private const int MostMarks = 1000;
    private const decimal LatestInstant = 1e15m; // microseconds: some thirty years

    private readonly string _path;
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<long, TracedRequest> _begun = [];
    private readonly SortedDictionary<string, DeviceActivity> _devices = new(StringComparer.Ordinal);
    private readonly List<(long Instant, string Text)> _marks = [];

    private TraceFile(string path) => _path = path;

    /// <summary>The devices, by their names.</summary>
    public IReadOnlyCollection<DeviceActivity> Devices => _devices.Values;

    /// <summary>The first marks that were set.</summary>
    public IReadOnlyList<(long Instant, string Text)> Marks => _marks;

    /// <summary>Marks that were set in all.</summary>
    public long MarkCount { get; private set; }

    /// <summary>Time that all CPUs waited.</summary>
    public TimeBins Idle { get; } = new();

    /// <summary>Nanoseconds that all CPUs waited.</summary>
    public long IdleTime { get; private set; }

    /// <summary>Resets of the machine.</summary>
    public long MachineResets { get; private set; }

    /// <summary>The last instant, in nanoseconds.</summary>
    public long End { get; private set; }

    /// <summary>True when the file's end is missing.</summary>
    public bool IsCutOff { get; private set; } = true;

    /// <summary>Reads a file.</summary>
    /// <exception cref="EmulatorException">It is no such timeline.</exception>
    public static TraceFile Read(string path)
    {
        var trace = new TraceFile(path);
        using var reader = new StreamReader(path);
        int number = 0;
        string? line = reader.ReadLine();
        while (line is not null)
        {
            string? next = reader.ReadLine();
            trace.ReadLine(line, ++number, isLast: next is null);
            line = next;
        }

        return trace;
    }

    private void ReadLine(string line, int number, bool isLast)
    {
        string text = line.Trim().TrimEnd(',');
        if (text is "" or "[")
        {
            return;
        }

        if (text == "]")
        {
            IsCutOff = false;
            return;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            Take(document.RootElement);
        }
        catch (JsonException) when (isLast)
        {
            // The run was cut off while it wrote this line.
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new EmulatorException($"'{_path}' is no trace of 'emu run --trace': line {number}: {e.Message}", e);
        }
    }

    private void Take(JsonElement e)
    {
        string name = e.GetProperty("name").GetString()!;
        int process = e.GetProperty("pid").GetInt32();
        string phase = e.GetProperty("ph").GetString()!;
        JsonElement arguments = e.TryGetProperty("args", out JsonElement given) ? given : default;
        switch (phase)
        {
            case "M":
                if (name == "process_name")
                {
                    _names[process] = arguments.GetProperty("name").GetString()!;
                }

                break;
            case "b":
                _begun[e.GetProperty("id").GetInt64()] = new TracedRequest(
                    arguments.GetProperty("queue").GetInt32(),
                    name,
                    InstantOf(e),
                    0,
                    arguments.GetProperty("read").GetInt64(),
                    arguments.GetProperty("written").GetInt64(),
                    arguments.TryGetProperty("hostDuration", out JsonElement host) ? Nanoseconds(host) : null);
                break;
            case "e":
                if (_begun.Remove(e.GetProperty("id").GetInt64(), out TracedRequest request))
                {
                    DeviceOf(process).Add(request with { Completed = Math.Max(InstantOf(e), request.Announced) });
                }

                break;
            case "X":
                long start = InstantOf(e);
                long end = start + Nanoseconds(e.GetProperty("dur"));
                End = Math.Max(End, end);
                IdleTime += end - start;
                Idle.AddSpan(start, end);
                break;
            case "i":
                TakeInstant(e, name, process, arguments);
                break;
        }
    }

    private void TakeInstant(JsonElement e, string name, int process, JsonElement arguments)
    {
        long instant = InstantOf(e);
        string category = e.GetProperty("cat").GetString()!;
        if (category == "mark")
        {
            MarkCount++;
            if (_marks.Count < MostMarks)
            {
                _marks.Add((instant, name));
            }
        }
        else if (name == "machine reset")
        {
            MachineResets++;
        }
        else
        {
            DeviceOf(process).Count(name switch
            {
                "interrupt" => $"interrupts by {arguments.GetProperty("by").GetString()}",
                "fault" => $"fault: {arguments.GetProperty("fault").GetString()}",
                "status" => "changes of status",
                _ => name + "s",
            });
        }
    }

    private long InstantOf(JsonElement e)
    {
        long instant = Nanoseconds(e.GetProperty("ts"));
        End = Math.Max(End, instant);
        return instant;
    }

    private static long Nanoseconds(JsonElement microseconds)
    {
        decimal value = microseconds.GetDecimal();
        return value is >= 0 and <= LatestInstant ? (long)(value * 1000) : throw new FormatException($"{value} is no time in microseconds");
    }

    private DeviceActivity DeviceOf(int process)
    {
        string name = _names.GetValueOrDefault(process, $"process {process}");
        if (!_devices.TryGetValue(name, out DeviceActivity? device))
        {
            device = new DeviceActivity(name);
            _devices.Add(name, device);
        }

        return device;
    }
}
