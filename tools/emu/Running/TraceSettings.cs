namespace Emulator.Tool.Running;

/// <summary>The timeline that a run writes.</summary>
/// <param name="File">The file.</param>
/// <param name="HasHostTime">True when host time stands beside virtual time.</param>
internal sealed record TraceSettings(string File, bool HasHostTime);
