namespace Emulator.InteropTests.Oracle;

/// <summary>The words of a case.</summary>
/// <param name="Words">All of them.</param>
/// <param name="Tried">Index of the one that is tried: those before it prepare what is no register, those after it show what is none.</param>
internal sealed record OracleProgram(uint[] Words, int Tried);
