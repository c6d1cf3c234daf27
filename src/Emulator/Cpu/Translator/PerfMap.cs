using System.Diagnostics;
using System.Globalization;
using Emulator.Firmware;

namespace Emulator.Cpu.Translator;

/// <summary>
/// The file in which Linux's <c>perf</c> looks for the names of code that is in no file: a line for each block, with its address and length in hexadecimal and what it is
/// (Linux, tools/perf/Documentation/jit-interface.txt). All machines of a process write to one.
/// </summary>
internal sealed unsafe class PerfMap
{
    private static readonly Lock s_gate = new();

    private readonly string _path;
    private readonly SymbolTable _symbols;

    /// <summary>Starts to write. What a process of the same number has left is removed.</summary>
    /// <param name="symbols">Symbols of the guest.</param>
    /// <param name="path">Where, or null for where <c>perf</c> looks.</param>
    /// <exception cref="EmulatorException">The file cannot be written.</exception>
    public PerfMap(SymbolTable symbols, string? path = null)
    {
        _symbols = symbols;
        _path = path ?? $"/tmp/perf-{Environment.ProcessId}.map";
        using Process process = Process.GetCurrentProcess();
        lock (s_gate)
        {
            try
            {
                if (File.GetLastWriteTimeUtc(_path) < process.StartTime.ToUniversalTime())
                {
                    File.Delete(_path);
                }

                File.AppendAllText(_path, "");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new EmulatorException($"the perf map cannot be written: {exception.Message}", exception);
            }
        }
    }

    /// <summary>Tells of a block.</summary>
    /// <param name="code">Where it can be executed.</param>
    /// <param name="length">How long it is, in bytes.</param>
    /// <param name="address">The guest's address of its first instruction.</param>
    public void Add(void* code, int length, ulong address)
    {
        string name = _symbols.Find(address) is { } location ? location.ToString() : $"guest_0x{address:x}";
        lock (s_gate)
        {
            File.AppendAllText(_path, string.Create(CultureInfo.InvariantCulture, $"{(ulong)code:x} {length:x} {name}\n"));
        }
    }
}
