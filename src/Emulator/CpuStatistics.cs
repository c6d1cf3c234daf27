namespace Emulator;

/// <summary>What one CPU has done so far.</summary>
/// <param name="Instructions">Instructions retired by it.</param>
/// <param name="Exceptions">Exceptions taken, by class, for instance <c>svc</c>, <c>irq</c>, <c>data-abort</c>.</param>
public sealed record CpuStatistics(long Instructions, IReadOnlyDictionary<string, long> Exceptions);
