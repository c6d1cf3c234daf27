namespace Emulator.Timing;

/// <summary>A registered timer. Ids are handed out in the order of registration and break ties between equal deadlines.</summary>
/// <param name="Value">Index of the timer.</param>
public readonly record struct TimerId(int Value);
