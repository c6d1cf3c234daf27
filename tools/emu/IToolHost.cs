using Emulator.Unicorn;

namespace Emulator.Tool;

/// <summary>The process around a command: its standard streams, its terminal, its clock.</summary>
internal interface IToolHost
{
    /// <summary>Standard output, where the guest's first UART goes.</summary>
    Stream Output { get; }

    /// <summary>Standard input, where the guest's first UART comes from.</summary>
    Stream Input { get; }

    /// <summary>Standard error, where everything else goes.</summary>
    TextWriter Error { get; }

    /// <summary>True when a person may type at standard input.</summary>
    bool IsInputTerminal { get; }

    /// <summary>True when a person may watch standard error.</summary>
    bool IsErrorTerminal { get; }

    /// <summary>The host's clock.</summary>
    TimeProvider Time { get; }

    /// <summary>The CPU engine that an option names.</summary>
    CpuEngineFactory FindEngine(string name) => name == "unicorn" ? new UnicornEngineFactory() : CpuEngineFactory.Find(name);

    /// <summary>Hands the terminal over, key by key, until the result is disposed of.</summary>
    IDisposable EnterRawMode();

    /// <summary>Calls back when the process is told to end, until the result is disposed of.</summary>
    /// <param name="interrupted">What to do instead of ending; any thread.</param>
    IDisposable OnInterrupt(Action interrupted);
}
