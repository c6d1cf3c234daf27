using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Emulator.Debugging;

/// <summary>
/// A timeline in Chrome's trace event format, as Perfetto and <c>chrome://tracing</c> load it. Virtual time is its axis. Each device is a process with a thread for each queue, and each request an
/// asynchronous slice from its announcement to its completion. Events go to the file as they come, so that it stays readable when the run is cut off: the format wants no end.
/// </summary>
public sealed partial class ChromeTrace : ITraceSink
{
    private const int FlushLength = 1 << 16;

    private readonly string _path;
    private readonly Stream _file;
    private readonly TimeProvider? _hostTime;
    private readonly long _hostStart;
    private readonly ArrayBufferWriter<byte> _buffer = new(2 * FlushLength);
    private readonly Utf8JsonWriter _json;
    private readonly Dictionary<string, int> _processes = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Process, long Track), int> _threads = [];
    private int _lastId;
    private long _requests;
    private bool _isEmpty = true;
    private bool _isDisposed;

    private ChromeTrace(string path, Stream file, TimeProvider? hostTime)
    {
        _path = path;
        _file = file;
        _hostTime = hostTime;
        _hostStart = hostTime?.GetTimestamp() ?? 0;
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _buffer.Write("["u8);
    }

    /// <summary>Why the file could not be written to its end, if so: a full disk, for instance. What comes after that is lost, and the machine goes on.</summary>
    public EmulatorException? Failure { get; private set; }

    /// <summary>Starts a file. One of that name is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hostTime">The host's clock, to tell for each event when it was; null to write nothing of it, so that two runs that are alike have files that are.</param>
    /// <exception cref="EmulatorException">It cannot be written.</exception>
    public static ChromeTrace Create(string path, TimeProvider? hostTime = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return new ChromeTrace(path, new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0), hostTime);
        }
        catch (Exception e) when (IsOfHost(e))
        {
            throw Unwritable(path, e);
        }
    }

    /// <inheritdoc/>
    public void Record(in TraceEvent traceEvent)
    {
        if (Failure is not null)
        {
            return;
        }

        switch (traceEvent.Kind)
        {
            case TraceEventKind.Request:
                WriteRequest(traceEvent);
                break;
            case TraceEventKind.Idle:
                WriteIdle(traceEvent);
                break;
            default:
                WriteInstant(traceEvent);
                break;
        }

        // Whole events, so that what is in the file can be read at any time.
        if (_buffer.WrittenCount >= FlushLength)
        {
            Flush();
        }
    }

    /// <summary>Writes what is left, and the end.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _buffer.Write("\n]\n"u8);
        Flush();
        _json.Dispose();
        _file.Dispose();
    }

    private void Flush()
    {
        try
        {
            if (Failure is null)
            {
                _file.Write(_buffer.WrittenSpan);
            }
        }
        catch (Exception e) when (IsOfHost(e))
        {
            Failure = Unwritable(_path, e);
        }

        _buffer.ResetWrittenCount();
    }

    private static bool IsOfHost(Exception e) => e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    private static EmulatorException Unwritable(string path, Exception reason) =>
        new($"the trace '{path}' cannot be written: {reason.Message.TrimEnd('.')}; give a file in a folder that can be written and has room", reason);
}
