namespace Emulator.Cpu.Translator;

/// <summary>A jump in generated code that leaves until its target is translated.</summary>
/// <param name="Site">Where its displacement is, as an offset in the code memory.</param>
/// <param name="Index">Index of the word that it goes to.</param>
internal readonly record struct TranslationLink(int Site, int Index);
