using Emulator.Cpu;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator;

namespace Emulator.InteropTests.Oracle;

/// <summary>
/// The managed CPU on the interpreter, and on the translator if the host has one, which translates each instruction at its first execution. Both must leave the same, to the last
/// bit; what that is goes to the oracle.
/// </summary>
internal sealed class EnginesSubject : IOracleSubject
{
    private readonly CpuModel _model;
    private readonly CoreSubject _interpreter;
    private readonly TranslationEngine? _engine;
    private readonly CoreSubject? _translator;
    private readonly OracleResult _translated = new();
    private long _instructions;
    private long _untranslated;

    /// <summary>Creates both.</summary>
    /// <param name="model">What the CPU implements.</param>
    /// <param name="ignoresTopByte">TCR_EL1.TBI0, which Linux sets for its programs.</param>
    /// <param name="hasKeys">Pointer authentication is on.</param>
    /// <param name="mistake">A mistake of the translator, for the rig's own test.</param>
    public EnginesSubject(CpuModel model, bool ignoresTopByte = false, bool hasKeys = false, Mistranslation? mistake = null)
    {
        _model = model;
        _interpreter = new CoreSubject(model, ignoresTopByte, hasKeys);
        _engine = TranslationEngine.TryCreate(new TranslationOptions { CacheSize = 4 << 20, Threshold = 0, LongestBlock = 1, Mistake = mistake });
        _translator = _engine is null ? null : new CoreSubject(model, ignoresTopByte, hasKeys, _engine);
    }

    /// <inheritdoc/>
    public string Name => _interpreter.Name;

    /// <inheritdoc/>
    public void Execute(OracleCase testCase, OracleResult result)
    {
        _interpreter.Execute(testCase, result);
        if (_translator is null)
        {
            return;
        }

        _translator.Execute(testCase, _translated);
        if (!Comparison.AreEqual(result, _translated))
        {
            var rig = new OracleRig(_model, _translator, _interpreter, []);
            throw new AssertionException(rig.Agree(testCase, out _) ? $"{testCase}\n  once the translator left something else" : rig.Explain(testCase));
        }

        Count(testCase.Row.Opcode);
    }

    public void Dispose()
    {
        _interpreter.Dispose();
        _translator?.Dispose();
    }

    // Those for which code was made.
    private void Count(A64Opcode row)
    {
        long instructions = _engine!.Translated;
        long untranslated = _engine.Untranslated;
        if (instructions != _instructions && untranslated == _untranslated)
        {
            _ = Conformance.Translator.AddOrUpdate(row, 1, (_, count) => count + 1);
        }

        _instructions = instructions;
        _untranslated = untranslated;
    }
}
