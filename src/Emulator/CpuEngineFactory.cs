using Emulator.Cpu;
using Emulator.Cpu.Interpreter;

namespace Emulator;

/// <summary>A CPU engine that a machine can be built with. Those of this library have names; others come in packages of their own.</summary>
public abstract class CpuEngineFactory
{
    private protected CpuEngineFactory()
    {
    }

    /// <summary>Finds an engine of this library.</summary>
    /// <param name="name"><c>auto</c> or <c>interpreter</c>.</param>
    /// <exception cref="EmulatorException">There is no such engine here.</exception>
    public static CpuEngineFactory Find(string name) => name switch
    {
        "auto" or "interpreter" => new BuiltIn(() => new InterpreterEngine()),
        _ => throw new EmulatorException($"the engine '{name}' is not available in this version; use auto or interpreter"),
    };

    /// <summary>Makes an engine for one machine, which disposes of it.</summary>
    internal abstract ICpuEngine Create();

    private sealed class BuiltIn(Func<ICpuEngine> create) : CpuEngineFactory
    {
        internal override ICpuEngine Create() => create();
    }
}
