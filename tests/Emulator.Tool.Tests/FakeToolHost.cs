using System.Text;

[assembly: System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA1001", Justification = "Streams in memory hold nothing to give back.", Scope = "type", Target = "~T:Emulator.Tool.Tests.FakeToolHost")]

namespace Emulator.Tool.Tests;

/// <summary>A process whose streams are memory.</summary>
internal sealed class FakeToolHost(string input = "") : IToolHost
{
    private readonly ObservedStream _output = new();
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public Stream Output => _output;

    public Stream Input { get; init; } = new MemoryStream(Encoding.Latin1.GetBytes(input));

    public TextWriter Error => _error;

    public bool IsInputTerminal { get; init; }

    public bool IsErrorTerminal => false;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>An engine that stands for the one with its name.</summary>
    public CpuEngineFactory? Engine { get; init; }

    /// <summary>Told what is written to standard output, each time; may throw.</summary>
    public Action<string> OnOutput
    {
        set => _output.OnWrite = value;
    }

    public Action? Interrupt { get; private set; }

    public int RawModesEntered { get; private set; }

    public bool IsRaw { get; private set; }

    public string OutputText => Encoding.Latin1.GetString(_output.ToArray());

    public string ErrorText => _error.ToString();

    public CpuEngineFactory FindEngine(string name) => name == "jit" && Engine is not null ? Engine : CpuEngineFactory.Find(name);

    public IDisposable EnterRawMode()
    {
        RawModesEntered++;
        IsRaw = true;
        return new Undo(() => IsRaw = false);
    }

    public IDisposable OnInterrupt(Action interrupted)
    {
        Interrupt = interrupted;
        return new Undo(() => Interrupt = null);
    }

    private sealed class ObservedStream : MemoryStream
    {
        public Action<string>? OnWrite { get; set; }

        public override void Write(byte[] buffer, int offset, int count)
        {
            OnWrite?.Invoke(Encoding.Latin1.GetString(buffer, offset, count));
            base.Write(buffer, offset, count);
        }
    }

    private sealed class Undo(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}
