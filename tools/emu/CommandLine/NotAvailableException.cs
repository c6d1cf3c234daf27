namespace Emulator.Tool.CommandLine;

/// <summary>An option is known but what it asks for is not built yet.</summary>
internal sealed class NotAvailableException(string what) : EmulatorException($"{what} is not available in this version; leave the option out");
