namespace Emulator.Cpu.Translator;

/// <summary>How generated code was entered.</summary>
/// <param name="Code">Where.</param>
/// <param name="Budget">Instructions to the limit, without those that its block has taken already.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Generation">Of the cache: another one, and the code may be gone.</param>
internal readonly record struct TranslationEntry(nint Code, long Budget, long Limit, int Generation);
