namespace Emulator.IsaGenerator;

/// <summary>The instruction table has a mistake; the message starts with file and line.</summary>
internal sealed class TableException(string file, int line, string message) : Exception($"{file}:{line}: {message}");
