using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Emulator.InteropTests.Qtest;

/// <summary>
/// A QEMU <c>virt</c> machine that never runs an instruction: its bus is driven over the qtest protocol. Its virtual clock stands
/// still. (Debian builds QEMU without the qtest accelerator, so it is a stopped TCG machine, and <c>clock_step</c> is not to be had.)
/// </summary>
internal sealed class QtestClient : IDisposable
{
    /// <summary>Commands sent before their answers are read. More gains nothing, and pipes must not fill up.</summary>
    private const int BatchLength = 128;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly string _folder;
    private readonly Process _process;
    private readonly StringBuilder _diagnostics = new();
    private readonly Socket _qtest;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;
    private readonly SortedSet<int> _raised = [];
    private Socket? _serial;

    /// <summary>Starts QEMU.</summary>
    /// <param name="arguments">Further arguments; <c>{folder}</c> in them is the client's temporary folder.</param>
    public QtestClient(params IEnumerable<string> arguments)
    {
        string program = Testing.Peer.RequireProgram("qemu-system-aarch64", "install the package qemu-system-arm");
        _folder = Directory.CreateTempSubdirectory("qtest-").FullName;
        try
        {
            string qtestPath = Path.Combine(_folder, "qtest");
            using var listener = Listen(qtestPath);
            _process = Start(program, qtestPath, arguments);
            _qtest = Accept(listener);
            var stream = new NetworkStream(_qtest) { ReadTimeout = (int)s_patience.TotalMilliseconds };
            _reader = new StreamReader(stream, Encoding.ASCII);
            _writer = new StreamWriter(stream, Encoding.ASCII) { NewLine = "\n" };
            _ = Read(0x4000_0000, 1); // it connects before it has looked at all of its arguments
        }
        catch
        {
            Kill();
            Directory.Delete(_folder, recursive: true);
            throw;
        }
    }

    /// <summary>Where QEMU's sockets and files are.</summary>
    public string Folder => _folder;

    /// <summary>The inputs of the intercepted device that are high, see <see cref="InterceptInterrupts"/>.</summary>
    public IReadOnlySet<int> RaisedInterrupts => _raised;

    /// <summary>Reads 1, 2, 4 or 8 bytes.</summary>
    public ulong Read(ulong address, int size) => Value(Command($"read{Suffix(size)} 0x{address:x}"));

    /// <summary>Writes 1, 2, 4 or 8 bytes.</summary>
    public void Write(ulong address, int size, ulong value) => Command($"write{Suffix(size)} 0x{address:x} 0x{value:x}");

    /// <summary>Reads memory of any length.</summary>
    public byte[] ReadMemory(ulong address, int length) =>
        Convert.FromHexString(Command($"read 0x{address:x} 0x{length:x}").AsSpan()["OK 0x".Length..]);

    /// <summary>Writes memory of any length.</summary>
    public void WriteMemory(ulong address, ReadOnlySpan<byte> bytes) =>
        Command($"write 0x{address:x} 0x{bytes.Length:x} 0x{Convert.ToHexStringLower(bytes)}");

    /// <summary>Tells from now on which inputs of a device are high, and keeps the device itself from seeing them.</summary>
    /// <param name="path">The device, see <see cref="FindDevice"/>.</param>
    public void InterceptInterrupts(string path) => Command($"irq_intercept_in {path}");

    /// <summary>Drives an input of a device.</summary>
    public void SetInterrupt(string path, int number, bool level) => Command(InterruptCommand(path, number, level));

    /// <summary>Finds a device of the machine by its type.</summary>
    /// <param name="type">QEMU's name of the type, for instance <c>arm-gicv3</c>.</param>
    /// <returns>Its path.</returns>
    public string FindDevice(string type)
    {
        const string folder = "/machine/unattached";
        using JsonDocument answer = Control(JsonSerializer.Serialize(new { execute = "qom-list", arguments = new { path = folder } }));
        foreach (JsonElement child in answer.RootElement.GetProperty("return").EnumerateArray())
        {
            if (child.GetProperty("type").GetString() == $"child<{type}>")
            {
                return $"{folder}/{child.GetProperty("name").GetString()}";
            }
        }

        throw new QtestException($"QEMU has no {type}");
    }

    /// <summary>Performs the steps of a script, many in flight at a time.</summary>
    /// <param name="script">The steps.</param>
    /// <param name="address">Where the device is.</param>
    /// <param name="inputs">The device whose inputs <see cref="StepKind.SetLine"/> drives.</param>
    public List<StepResult> Run(DeviceScript script, ulong address, string inputs)
    {
        List<StepResult> results = [];
        foreach (DeviceStep[] batch in Batches(script.Steps))
        {
            if (batch[0].Kind == StepKind.SendInput)
            {
                SendInput((byte)batch[0].Value);
                results.Add(new StepResult(0, LinesOf(_raised)));
                continue;
            }

            foreach (DeviceStep step in batch)
            {
                _writer.WriteLine(step.Kind switch
                {
                    StepKind.Read => $"read{Suffix(step.Size)} 0x{address + step.Offset:x}",
                    StepKind.Write => $"write{Suffix(step.Size)} 0x{address + step.Offset:x} 0x{step.Value:x}",
                    _ => InterruptCommand(inputs, (int)step.Offset, step.Value != 0),
                });
            }

            Flush();
            foreach (DeviceStep step in batch)
            {
                string answer = ReadAnswer();
                results.Add(new StepResult(step.Kind == StepKind.Read ? Value(answer) : 0, LinesOf(_raised)));
            }
        }

        return results;
    }

    public void Dispose()
    {
        _serial?.Dispose();
        _reader.Dispose();
        _qtest.Dispose();
        Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private static ulong LinesOf(SortedSet<int> raised)
    {
        ulong lines = 0;
        foreach (int line in raised)
        {
            lines |= line < 64 ? 1ul << line : 0;
        }

        return lines;
    }

    // Input has a way of its own into QEMU, and so stands alone.
    private static IEnumerable<DeviceStep[]> Batches(IReadOnlyList<DeviceStep> steps)
    {
        for (int start = 0; start < steps.Count;)
        {
            int end = start + 1;
            while (steps[start].Kind != StepKind.SendInput && end < steps.Count && end - start < BatchLength && steps[end].Kind != StepKind.SendInput)
            {
                end++;
            }

            yield return [.. steps.Skip(start).Take(end - start)];
            start = end;
        }
    }

    private static char Suffix(int size) => size switch { 1 => 'b', 2 => 'w', 4 => 'l', _ => 'q' };

    private static string InterruptCommand(string path, int number, bool level) =>
        $"set_irq_in {path} unnamed-gpio-in {number} {(level ? 1 : 0)}";

    private static ulong Value(string answer) =>
        answer.StartsWith("OK 0x", StringComparison.Ordinal) && ulong.TryParse(answer.AsSpan(5), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new QtestException($"QEMU answered '{answer}' where a value was expected");

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(1);
        return socket;
    }

    // QEMU looks at its sockets in turn: after a few rounds over this one it has seen the other.
    private void SendInput(byte character)
    {
        if (_serial is null)
        {
            _serial = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            _serial.Connect(new UnixDomainSocketEndPoint(Path.Combine(_folder, "serial")));
            PassRounds();
        }

        _ = _serial.Send([character]);
        PassRounds();
    }

    private void PassRounds()
    {
        for (int i = 0; i < 4; i++)
        {
            _ = Read(0x4000_0000, 1);
        }
    }

    private string Command(string command)
    {
        _writer.WriteLine(command);
        Flush();
        return ReadAnswer();
    }

    // Interrupts are told as lines of their own, before the answer to the command that caused them.
    private string ReadAnswer()
    {
        while (true)
        {
            string line = ReadLine();
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case "OK":
                    return line;
                case "IRQ" when words[1] == "raise":
                    _raised.Add(int.Parse(words[2]));
                    break;
                case "IRQ":
                    _raised.Remove(int.Parse(words[2]));
                    break;
                default:
                    throw new QtestException($"QEMU answered '{line}'");
            }
        }
    }

    private string ReadLine()
    {
        try
        {
            return _reader.ReadLine() ?? throw new QtestException($"QEMU has gone: {LastWords()}");
        }
        catch (IOException e)
        {
            throw new QtestException($"QEMU did not answer ({e.Message}): {LastWords()}");
        }
    }

    private void Flush()
    {
        try
        {
            _writer.Flush();
        }
        catch (IOException e)
        {
            throw new QtestException($"QEMU does not listen ({e.Message}): {LastWords()}");
        }
    }

    // The control connection is short-lived: QEMU greets, wants its capabilities negotiated, and answers.
    private JsonDocument Control(string command)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(_folder, "qmp")));
        using var stream = new NetworkStream(socket) { ReadTimeout = (int)s_patience.TotalMilliseconds };
        using var reader = new StreamReader(stream);
        _ = reader.ReadLine();
        stream.Write("{\"execute\":\"qmp_capabilities\"}\n"u8);
        _ = NextAnswer().RootElement.GetProperty("return");
        stream.Write(Encoding.UTF8.GetBytes(command + "\n"));
        return NextAnswer();

        JsonDocument NextAnswer()
        {
            while (true)
            {
                JsonDocument document = JsonDocument.Parse(reader.ReadLine() ?? throw new QtestException("QEMU closed its control connection"));
                if (document.RootElement.TryGetProperty("error", out JsonElement error))
                {
                    throw new QtestException($"QEMU refused {command}: {error}");
                }

                if (document.RootElement.TryGetProperty("return", out _))
                {
                    return document;
                }

                document.Dispose(); // an event
            }
        }
    }

    private Process Start(string program, string qtestPath, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = _folder };
        string[] all =
        [
            "-M", "virt,gic-version=3", "-cpu", "cortex-a57", "-m", "256", "-nodefaults", "-display", "none", "-S",
            "-rtc", "base=2024-01-01T00:00:00,clock=vm",
            "-qtest", $"unix:{qtestPath}", "-qtest-log", "none",
            "-chardev", $"socket,id=serial,path={Path.Combine(_folder, "serial")},server=on,wait=off", "-serial", "chardev:serial",
            "-qmp", $"unix:{Path.Combine(_folder, "qmp")},server=on,wait=off",
            .. arguments.Select(a => a.Replace("{folder}", _folder, StringComparison.Ordinal)),
        ];
        foreach (string argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, e) =>
        {
            lock (_diagnostics)
            {
                _diagnostics.AppendLine(e.Data);
            }
        };
        process.BeginErrorReadLine();
        return process;
    }

    private Socket Accept(Socket listener)
    {
        for (TimeSpan waited = TimeSpan.Zero; waited < s_patience; waited += TimeSpan.FromSeconds(1))
        {
            if (listener.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead))
            {
                return listener.Accept();
            }

            if (_process.HasExited)
            {
                break;
            }
        }

        throw new QtestException($"QEMU did not start: {Diagnostics()}");
    }

    // A process that is about to end may still have to say why.
    private string LastWords()
    {
        if (_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.WaitForExit(); // until its last line was read, too
        }

        return Diagnostics();
    }

    private string Diagnostics()
    {
        lock (_diagnostics)
        {
            return _diagnostics.ToString().Trim();
        }
    }

    private void Kill()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }
}
