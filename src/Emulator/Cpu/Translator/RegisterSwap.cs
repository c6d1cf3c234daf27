namespace Emulator.Cpu.Translator;

/// <summary>Two guest registers that change places while code of a <see cref="Region"/> runs.</summary>
/// <param name="Usual">The one whose register of the host is taken.</param>
/// <param name="Guest">The one that gets it.</param>
internal readonly record struct RegisterSwap(int Usual, int Guest);
