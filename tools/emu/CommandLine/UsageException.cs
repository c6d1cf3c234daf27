namespace Emulator.Tool.CommandLine;

/// <summary>The command line is wrong; the message says in one line how.</summary>
internal sealed class UsageException(string message) : EmulatorException(message);
