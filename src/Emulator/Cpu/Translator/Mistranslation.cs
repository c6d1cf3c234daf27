using Emulator.Cpu.Interpreter;

namespace Emulator.Cpu.Translator;

/// <summary>Changes an operation before it is translated, so that a test has a mistake to find.</summary>
/// <param name="operation">The translator's own copy.</param>
internal delegate void Mistranslation(ref DecodedOperation operation);
