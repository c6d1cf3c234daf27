namespace Emulator.Fuzz;

/// <summary>An input that shows a mistake.</summary>
/// <param name="Seed">The number that it was made from.</param>
/// <param name="Input">The input.</param>
/// <param name="Problem">What went wrong.</param>
internal sealed record FuzzFinding(ulong Seed, byte[] Input, Exception Problem);
