using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Translator;

namespace Emulator;

/// <summary>A CPU engine that a machine can be built with. Those of this library have names; others come in packages of their own.</summary>
public abstract class CpuEngineFactory
{
    /// <summary>Why there may be no translator.</summary>
    internal const string NoTranslator =
        "the engine 'jit' needs Linux on x86-64 with AVX2, BMI2 and FMA, and the right to execute memory of its own";

    private protected CpuEngineFactory()
    {
    }

    /// <summary>Finds an engine of this library.</summary>
    /// <param name="name"><c>interpreter</c>; <c>jit</c>, which translates to the host's machine code; or <c>auto</c>, which is <c>jit</c> where the host allows it.</param>
    /// <exception cref="EmulatorException">There is no such engine here.</exception>
    public static CpuEngineFactory Find(string name) => name switch
    {
        "auto" => new BuiltIn(options => TranslationEngine.TryCreate(options) ?? (ICpuEngine)new InterpreterEngine()) { IsAutomatic = true },
        "interpreter" => new BuiltIn(_ => new InterpreterEngine()),
        "jit" => new BuiltIn(options => TranslationEngine.TryCreate(options) ?? throw new EmulatorException($"{NoTranslator}; use auto or interpreter")),
        _ => throw new EmulatorException($"the engine '{name}' is not available in this version; use auto, jit or interpreter"),
    };

    /// <summary>True when the host decides which engine it is.</summary>
    internal bool IsAutomatic { get; private init; }

    /// <summary>Makes an engine for one machine, which disposes of it.</summary>
    /// <param name="options">For an engine that translates.</param>
    internal abstract ICpuEngine Create(TranslationOptions options);

    private sealed class BuiltIn(Func<TranslationOptions, ICpuEngine> create) : CpuEngineFactory
    {
        internal override ICpuEngine Create(TranslationOptions options) => create(options);
    }
}
